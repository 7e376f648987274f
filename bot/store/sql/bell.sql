-- name: notify
-- Tell all processes that listen that there is work; who says so can tell it from others' calls.
select set_config('synchronous_commit', 'off', true), pg_notify('hotdash_jobs', %(me)s);

-- name: listen
-- Hear of work from now on.
listen hotdash_jobs;
