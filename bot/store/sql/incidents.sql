-- name: open
-- Open an incident, or again one that was over; one that is open stays as it is.
insert into incidents as i (key, conversation_id, opened_at)
values (%(key)s, %(conversation_id)s, %(at)s)
on conflict (key) do update
    set opened_at = case when i.closed_at is null then i.opened_at else excluded.opened_at end,
        acknowledged_at = case when i.closed_at is null then i.acknowledged_at end,
        acknowledged_by = case when i.closed_at is null then i.acknowledged_by end,
        closed_at = null
returning id;

-- name: incident
-- Give an incident.
select i.id, i.key, i.conversation_id, c.chatwoot_conversation_id as conversation, i.opened_at,
    i.acknowledged_at, i.acknowledged_by, i.closed_at
from incidents i left join chatwoot_conversations c on c.id = i.conversation_id
where i.id = %(id)s;

-- name: open_ones
-- List the incidents that are not over, the oldest first.
select i.id, i.key, i.conversation_id, c.chatwoot_conversation_id as conversation, i.opened_at,
    i.acknowledged_at, i.acknowledged_by, i.closed_at
from incidents i left join chatwoot_conversations c on c.id = i.conversation_id
where i.closed_at is null order by i.opened_at, i.id;

-- name: acknowledge
-- Note that somebody takes care of the incidents of a conversation; give those that nobody had taken.
update incidents i set acknowledged_at = %(at)s, acknowledged_by = %(by)s
where conversation_id = %(conversation_id)s and closed_at is null and acknowledged_at is null
returning i.id;

-- name: take
-- Note that somebody takes care of an incident; no row if it is over or somebody had taken it.
update incidents set acknowledged_at = %(at)s, acknowledged_by = %(by)s
where id = %(id)s and closed_at is null and acknowledged_at is null
returning id;

-- name: close
-- Note that an incident is over; no row if it was before.
update incidents set closed_at = %(at)s where key = %(key)s and closed_at is null returning id;

-- name: drafts_of
-- List the open incidents of a conversation that are about a draft.
select key from incidents
where conversation_id = %(conversation_id)s and closed_at is null and key like '%%-draft-%%';

-- name: told
-- Note that a notifier was told of an incident.
insert into incident_notifiers (incident_id, notifier) values (%(id)s, %(notifier)s) on conflict do nothing;

-- name: notifiers
-- List the notifiers that were told of an incident.
select notifier from incident_notifiers where incident_id = %(id)s order by notifier;

-- name: draft_waits
-- Say whether a draft still waits for a person.
select exists (select from drafts where id = %(draft)s and state = 'pending');
