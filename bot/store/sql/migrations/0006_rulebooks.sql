-- Every version of rules.yaml that was published, never changed and never deleted. The newest one is in
-- force; going back publishes an old text again.
create table rulebooks (
    number integer generated always as identity primary key,
    -- The version that this one took the place of, 0 for the first: of two people who publish at the same
    -- time, one is refused.
    replaces integer not null unique,
    version text not null,
    content text not null,
    message text not null,
    published_by text not null,
    published_at timestamptz not null default now(),
    copy_of integer references rulebooks
);
