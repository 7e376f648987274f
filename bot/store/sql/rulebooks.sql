-- name: publish
-- Put a version in force, unless somebody published since `replaces`; tells running services.
with published as (
    insert into rulebooks (replaces, version, content, message, published_by, copy_of)
    values (%(replaces)s, %(version)s, %(content)s, %(message)s, %(published_by)s, %(copy_of)s)
    on conflict (replaces) do nothing
    returning number
)
select number, pg_notify('hotdash_rules', number::text) from published;

-- name: listen
-- Hear when a version is published.
listen hotdash_rules;

-- name: call
-- Let every running service look at its rules now.
select pg_notify('hotdash_rules', 'look');

-- name: current
-- Give the version that is in force.
select number, version, content, message, published_by, published_at, copy_of
from rulebooks order by number desc limit 1;

-- name: by_number
-- Give one version.
select number, version, content, message, published_by, published_at, copy_of
from rulebooks where number = %(number)s;

-- name: history
-- List the newest versions, newest first.
select number, version, content, message, published_by, published_at, copy_of
from rulebooks order by number desc limit %(most)s;

-- name: past
-- List the newest decisions since a moment, oldest first.
select * from (
    select c.chatwoot_conversation_id as conversation, d.chatwoot_message_id as message, d.facts, d.decided_at,
        d.priority::text, d.route, d.team, d.labels, d.reasons
    from decisions d join chatwoot_conversations c on c.id = d.conversation_id
    where d.decided_at >= %(since)s
    order by d.decided_at desc, d.id desc limit %(most)s
) newest order by decided_at;

-- name: explained
-- Give the trace of a conversation's newest decision, or of the one about a message.
select d.chatwoot_message_id as message, d.decided_at, d.rules_version, d.trace
from decisions d join chatwoot_conversations c on c.id = d.conversation_id
where c.chatwoot_conversation_id = %(conversation)s
    and (%(message)s::integer is null or %(message)s = any(d.answers_messages))
order by d.id desc limit 1;
