-- name: lock
-- Let only one transaction at a time work out the clocks of a conversation; say which one it is.
select d.conversation_id as id, c.chatwoot_conversation_id as number, d.account_id, d.last_incoming_id,
    d.channel
from conversation_details d join chatwoot_conversations c on c.id = d.conversation_id
where d.conversation_id = %(conversation_id)s
for update of d;

-- name: add
-- Keep what a message made happen; a message counts once.
insert into happenings (conversation_id, cause, kind, at)
values (%(conversation_id)s, %(cause)s, %(kind)s, %(at)s)
on conflict (conversation_id, cause) do nothing;

-- name: change
-- Keep a new status or priority, unless it is the one that held at that moment.
insert into happenings (conversation_id, cause, kind, priority, at)
select %(conversation_id)s, %(subject)s || ':' || %(at)s::timestamptz, %(kind)s, %(priority)s, %(at)s
where (
    select (kind, priority) from happenings
    where conversation_id = %(conversation_id)s and starts_with(cause, %(subject)s || ':') and at <= %(at)s
    order by at desc, id desc limit 1
) is distinct from (%(kind)s::text, %(priority)s::conversation_priority)
on conflict (conversation_id, cause) do nothing;

-- name: forget
-- Forget what a message made happen, because it was deleted or a machine wrote it.
delete from happenings where conversation_id = %(conversation_id)s and cause = %(cause)s;

-- name: happenings
-- List what happened in a conversation, oldest first.
select kind, priority::text, at from happenings where conversation_id = %(conversation_id)s order by at, id;

-- name: clocks
-- List the clocks of a conversation in the order of their starts.
select id, metric, number, priority::text, target, started_at, at_risk_at, due_at, fulfilled_at, applied
from sla_clocks where conversation_id = %(conversation_id)s order by started_at, id;

-- name: set
-- Write down how a clock stands; give its number.
insert into sla_clocks
    (conversation_id, metric, number, priority, target, started_at, at_risk_at, due_at, fulfilled_at, applied)
values
    (%(conversation_id)s, %(metric)s, %(number)s, %(priority)s, %(target)s, %(started_at)s, %(at_risk_at)s,
     %(due_at)s, %(fulfilled_at)s, %(applied)s)
on conflict (conversation_id, metric, number) do update
    set priority = excluded.priority, target = excluded.target, started_at = excluded.started_at,
        at_risk_at = excluded.at_risk_at, due_at = excluded.due_at, fulfilled_at = excluded.fulfilled_at,
        applied = excluded.applied
returning id;

-- name: remove
-- Remove a clock whose message turned out to be none.
delete from sla_clocks where id = %(id)s;

-- name: note_event
-- Write down an event of a clock; no row if it was written down before.
insert into sla_events (clock_id, kind, number, at) values (%(clock_id)s, %(kind)s, %(number)s, %(at)s)
on conflict (clock_id, kind, number) do nothing
returning true;

-- name: running_in
-- List the conversations in which a clock is not fulfilled.
select distinct conversation_id as id from sla_clocks where fulfilled_at is null;

-- name: waiting
-- List the running and paused clocks, the next due first.
select c.chatwoot_conversation_id as conversation, k.metric, k.priority::text, k.started_at, k.at_risk_at,
    k.due_at, d.channel
from sla_clocks k
join chatwoot_conversations c on c.id = k.conversation_id
join conversation_details d on d.conversation_id = c.id
where k.fulfilled_at is null and (k.metric = 'resolution' or c.status <> 'resolved')
order by k.due_at nulls last, k.id limit %(most)s;
