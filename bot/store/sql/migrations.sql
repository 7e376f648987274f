-- name: make
-- Make the list of steps that this database has taken.
create table if not exists hotdash_migrations (
    number integer primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now()
);

-- name: made
-- Say whether there is such a list.
select to_regclass('hotdash_migrations') is not null;

-- name: applied
-- List the steps taken, oldest first.
select number, name, sha256, applied_at from hotdash_migrations order by number;

-- name: record
-- Write down that a step was taken.
insert into hotdash_migrations (number, name, sha256) values (%(number)s, %(name)s, %(sha256)s);

-- name: lock
-- Take the lock of the schema until the end of the transaction, if it is free; the number is arbitrary.
select pg_try_advisory_xact_lock(4681120260);
