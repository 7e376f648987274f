-- name: keep
-- Store a batch of events with a job for each that is wanted; leave out those that are here already.
with incoming as materialized (
    select
        n, nextval('webhook_events_id_seq') as id, delivery_id, dedup_key, event, source, account_id,
        conversation_id, wanted, body
    from rows from (
        jsonb_to_recordset(%(events)s) as (
            delivery_id text, dedup_key text, event text, source text, account_id bigint,
            conversation_id bigint, wanted boolean
        ),
        unnest(%(bodies)b::bytea[])
    ) with ordinality as event (
        delivery_id, dedup_key, event, source, account_id, conversation_id, wanted, body, n
    )
), stored as (
    insert into webhook_events (
        id, delivery_id, dedup_key, event, source, account_id, conversation_id, body, ignored
    )
    select id, delivery_id, dedup_key, event, source, account_id, conversation_id, body, not wanted
    from incoming
    -- The same order in all processes, so that two with the same events never wait for each other.
    order by coalesce(dedup_key, delivery_id) collate "C", n
    on conflict do nothing
    returning id
), keyed as (
    select id, 'conversation:' || account_id || ':' || conversation_id as key
    from incoming join stored using (id)
    where wanted
), queued as (
    insert into jobs (kind, key, payload, dedup, head)
    select
        'event', key, jsonb_build_object('event', id), 'event:' || id,
        key is null or (
            row_number() over (partition by key order by id) = 1
            and not exists (
                select from jobs where jobs.key = keyed.key and jobs.state in ('waiting', 'running')
            )
        )
    from keyed
    order by id
    returning payload, key, head
)
select
    incoming.id, stored.id is null as duplicate, queued.payload is not null as queued,
    case when not queued.head then queued.key end as behind
from incoming
left join stored using (id)
left join queued on (queued.payload ->> 'event')::bigint = incoming.id
order by n;

-- name: first_of
-- Find the events that came first with these delivery ids or keys, in the order asked for.
select asked.n, min(event.id) as id
from rows from (
    unnest(%(delivery_ids)s::text[]), unnest(%(dedup_keys)s::text[])
) with ordinality as asked (delivery_id, dedup_key, n)
join webhook_events as event on event.delivery_id = asked.delivery_id or event.dedup_key = asked.dedup_key
group by asked.n
order by asked.n;

-- name: event
-- Read one event back, word for word.
select
    id, delivery_id, dedup_key, event, source, account_id, conversation_id, body, received_at, ignored,
    processed_at, draft_created
from webhook_events
where id = %(id)s;

-- name: finish
-- Write down that an event was worked, and whether a draft came of it.
update webhook_events
set processed_at = now(), draft_created = %(draft_created)s
where id = %(id)s;

-- name: settle
-- Write down that an event was answered, and with it the events of the messages that the answer covers.
update webhook_events
set processed_at = coalesce(processed_at, now()), draft_created = %(draft_created)s
where id = %(id)s or dedup_key = any(%(dedup_keys)s);

-- name: outcomes
-- Tell what came of events that are settled: worked or ignored.
select id, processed_at is not null as processed, draft_created, ignored
from webhook_events
where id = any(%(ids)s) and (processed_at is not null or ignored);
