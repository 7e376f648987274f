-- What people decided about drafts. At most one verdict of a draft stands; one that was undone stays on
-- record. An approval leaves at send_at, until which it can be undone.
create table verdicts (
    id bigint generated always as identity primary key,
    draft_id bigint not null references drafts on delete cascade,
    kind text not null check (kind in ('approved', 'edited', 'replaced', 'rejected', 'escalated')),
    way text not null check (way in ('page', 'note', 'own_reply')),
    by_id integer not null, -- Chatwoot's user
    by_name text not null,
    at timestamptz not null default now(),
    -- Exactly what the customer gets, and the messages that carry it.
    final_content text,
    parts text[] not null default '{}',
    edit_distance integer check (edit_distance >= 0),
    -- Numbers, negations or links that differ from the draft.
    flags text[] not null default '{}',
    reason text, -- code of a rejection
    note text,
    team text,
    priority conversation_priority,
    send_at timestamptz,
    -- From here on it cannot be undone: the first part may be with the customer.
    leaving_at timestamptz,
    sent_at timestamptz,
    undone_at timestamptz,
    undone_by text,
    undone_because text,
    approval_id uuid references support_approvals on delete set null,
    grade_comment text,
    graded_at timestamptz,
    graded_by text
);
create unique index verdicts_one_standing on verdicts (draft_id) where undone_at is null;
create index verdicts_by_time on verdicts (at desc);
create index verdicts_ungraded on verdicts (by_id) where approval_id is not null and graded_at is null;

-- All that a person who looks at a draft needs to know of it.
create view draft_cards as
select
    d.id, d.state::text as state, substr(md5(d.reply::text), 1, 12) as version, d.draft, d.reply,
    d.created_at, d.conversation_id, c.chatwoot_conversation_id as conversation, c.customer_email as email,
    t.channel, s.chatwoot_message_id as message, s.answers_messages as answers, s.priority::text as priority,
    s.team, s.labels, s.reasons, p.chatwoot_message_id as note,
    -- The customer wrote again, and this draft does not answer it.
    exists (
        select from chatwoot_messages m
        where m.conversation_id = d.conversation_id and m.message_type = 'incoming' and m.content <> ''
            and m.chatwoot_message_id > all (s.answers_messages)
            and not exists (select from automatic_messages a where a.message_id = m.id)
    ) as outrun,
    (
        select min(k.due_at) from sla_clocks k
        where k.conversation_id = d.conversation_id and k.fulfilled_at is null and k.metric <> 'resolution'
    ) as due_at,
    (
        select min(k.at_risk_at) from sla_clocks k
        where k.conversation_id = d.conversation_id and k.fulfilled_at is null and k.metric <> 'resolution'
    ) as at_risk_at
from drafts d
join decisions s on s.id = d.decision_id
join chatwoot_conversations c on c.id = d.conversation_id
join conversation_details t on t.conversation_id = d.conversation_id
left join posts p on p.cause = 'draft:' || d.decision_id;
