-- name: down
-- Note that a part does not work; a row if it worked before.
insert into components as c (name, down_since, reason, checked_at) values (%(name)s, %(at)s, %(reason)s, %(at)s)
on conflict (name) do update set down_since = coalesce(c.down_since, excluded.down_since),
    reason = excluded.reason, checked_at = excluded.checked_at
returning down_since = %(at)s;

-- name: up
-- Note that a part works.
insert into components (name, checked_at) values (%(name)s, %(at)s)
on conflict (name) do update set down_since = null, reason = null, checked_at = excluded.checked_at;

-- name: component
-- Give a part, for this transaction to change.
select name, down_since, reason, checked_at from components where name = %(name)s for update;

-- name: components
-- List all parts that were ever checked, those that do not work first.
select name, down_since, reason, checked_at from components order by down_since nulls last, name;

-- name: poll
-- Say how far the polling of an account has come.
select seen_until, finished_at, rules_version from polls where account_id = %(account_id)s;

-- name: polled
-- Note how far the polling of an account has come.
insert into polls (account_id, seen_until, finished_at, rules_version)
values (%(account_id)s, %(seen_until)s, %(finished_at)s, %(rules_version)s)
on conflict (account_id) do update
    set seen_until = greatest(polls.seen_until, excluded.seen_until), finished_at = excluded.finished_at,
        rules_version = excluded.rules_version;

-- name: last_before
-- Give the newest message of a conversation that was written before a moment.
select coalesce(max(m.chatwoot_message_id), 0)
from chatwoot_messages m join chatwoot_conversations c on c.id = m.conversation_id
where c.chatwoot_conversation_id = %(conversation)s and m.created_at < %(before)s;

-- name: delivered_since
-- Say whether Chatwoot delivered a webhook after a moment.
select exists (select from webhook_events where source = 'webhook' and received_at > %(since)s);
