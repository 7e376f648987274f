-- name: put
-- Queue a job, unless one of the same dedup was queued before.
insert into jobs (kind, key, payload, run_at, dedup)
values (%(kind)s, %(key)s, %(payload)s, coalesce(%(run_at)s, now()), %(dedup)s)
on conflict (dedup) do nothing
returning id;

-- name: claim
-- Lend the jobs that are due and next of their key to a worker, oldest first.
with due as materialized (
    select id
    from jobs as job
    where
        state = 'waiting' and head and run_at <= now() and kind = any(%(kinds)s)
        and not exists (
            select from jobs as earlier
            where earlier.key = job.key and earlier.id < job.id and earlier.state in ('waiting', 'running')
        )
        and not exists (
            select from jobs as running where running.key = job.key and running.state = 'running'
        )
    order by run_at, id
    limit %(want)s
    for update skip locked
)
update jobs
set
    state = 'running', worker = %(worker)s, attempts = attempts + 1,
    leased_until = now() + %(lease)s::interval
from
    due,
    -- A claim that a crash of Postgres forgets only makes the job wait again: no need to wait for the disk.
    set_config('synchronous_commit', 'off', true)
where jobs.id = due.id
returning jobs.id, kind, key, payload, attempts, failures, error, created_at;

-- name: renew
-- Lengthen the leases that a worker still holds.
update jobs
set leased_until = now() + %(lease)s::interval
from
    rows from (unnest(%(ids)s::bigint[]), unnest(%(attempts)s::integer[])) as held (id, attempt),
    set_config('synchronous_commit', 'off', true)
where
    jobs.id = held.id and jobs.attempts = held.attempt and jobs.worker = %(worker)s
    and jobs.state = 'running'
returning jobs.id;

-- name: settle
-- Write down how jobs ended that a worker still holds: done, dead, or waiting for another try.
update jobs
set
    state = ended.state, error = ended.error, failures = failures + ended.failed,
    run_at = case ended.state when 'waiting' then now() + make_interval(secs => ended.after) else run_at end,
    finished_at = case ended.state when 'waiting' then null else now() end,
    worker = null, leased_until = null
from jsonb_to_recordset(%(endings)s) as ended (
    id bigint, attempt integer, state job_state, error text, failed integer, after double precision
)
where
    jobs.id = ended.id and jobs.attempts = ended.attempt and jobs.worker = %(worker)s
    and jobs.state = 'running'
returning jobs.id;

-- name: promote
-- Mark the next job of each of these keys as such.
with next as materialized (
    select job.id
    from unnest(%(keys)s::text[]) as settled (key)
    cross join lateral (
        select id, state, head
        from jobs
        where jobs.key = settled.key and state in ('waiting', 'running')
        order by id
        limit 1
    ) as first
    join jobs as job on job.id = first.id
    where first.state = 'waiting' and not first.head
    for update of job skip locked
)
update jobs
set head = true
from next, set_config('synchronous_commit', 'off', true)
where jobs.id = next.id;

-- name: sweep
-- Mark the next job of every key as such, in case a process died before it could.
with next as materialized (
    select job.id
    from (
        select distinct on (key) id, state, head
        from jobs
        where key is not null and state in ('waiting', 'running')
        order by key, id
    ) as first
    join jobs as job on job.id = first.id
    where first.state = 'waiting' and not first.head
    for update of job skip locked
)
update jobs
set head = true
from next
where jobs.id = next.id;

-- name: reclaim
-- Take jobs back from workers that let their lease run out; it counts as a failure of the job.
with lost as materialized (
    select id from jobs where state = 'running' and leased_until < now() for update skip locked
)
update jobs
set
    state = 'waiting', failures = failures + 1, error = 'the worker ' || worker || ' was gone without a word',
    worker = null, leased_until = null
from lost
where jobs.id = lost.id
returning jobs.id;

-- name: requeue
-- Let dead jobs wait again, with their failures forgotten: these, or all.
update jobs
set state = 'waiting', head = true, failures = 0, run_at = now(), finished_at = null
where state = 'dead' and (%(ids)s::bigint[] is null or id = any(%(ids)s))
returning id;

-- name: backlog
-- Count what waits, runs and is dead, and tell how long the oldest due job has waited.
select
    count(*) filter (where state = 'waiting' and run_at <= now()) as waiting,
    count(*) filter (where state = 'waiting' and run_at > now()) as delayed,
    count(*) filter (where state = 'running') as running,
    (select count(*) from jobs where state = 'dead') as dead,
    now() - min(run_at) filter (where state = 'waiting' and run_at <= now()) as oldest
from jobs
where state in ('waiting', 'running');

-- name: next_due
-- Tell in how many seconds the next job falls due that is not due yet.
select extract(epoch from min(run_at) - now())::double precision
from jobs
where state = 'waiting' and head and run_at > now() and kind = any(%(kinds)s);

-- name: listing
-- Show jobs in a state, newest first.
select id, kind, key, payload, state, attempts, failures, error, run_at, created_at
from jobs
where state = %(state)s::job_state
order by id desc
limit %(limit)s;

-- name: job
-- Show one job.
select id, kind, key, payload, state, attempts, failures, error, run_at, created_at
from jobs
where id = %(id)s;

-- name: prune
-- Remove jobs that were done long ago, some thousands at a time.
delete from jobs
where id in (
    select id
    from jobs
    where state = 'done' and finished_at < now() - %(older_than)s::interval
    order by id
    limit 5000
);
