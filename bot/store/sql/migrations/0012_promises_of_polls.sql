-- Under which rules running clocks were last worked out, so that new promises reach them.
alter table polls add column rules_version text;
