-- name: alone
-- Let one process at a time make or fill tables, until the end of its transaction; the number is arbitrary.
select pg_advisory_xact_lock(4681120261);

-- name: enable
-- Add pgvector to the database, unless it is there; that may need a right which this program lacks.
create extension if not exists vector;

-- name: make
-- Make the list of generations, unless it is there.
create table if not exists passage_vectors (
    version text primary key,
    passages integer not null,
    made_at timestamptz not null default now()
);

-- name: has
-- Say whether a generation is here.
select exists (select from passage_vectors where version = %(version)s);

-- name: patience
-- For this transaction: no time limit, and memory for the search index of one process, since the shared
-- memory that several would need is 64 MB in most containers.
select set_config('statement_timeout', '0', true),
    set_config('maintenance_work_mem', '256MB', true),
    set_config('max_parallel_maintenance_workers', '0', true);

-- name: table
-- Make the table of one generation; its passages are numbered from 0.
create table {table} (number integer primary key, vector vector({dimensions}) not null);

-- name: inline
-- Keep long vectors in their rows: the planner takes a table for small whose vectors lie elsewhere.
alter table {table} alter column vector set storage plain;

-- name: copy
-- Take in vectors in Postgres's binary form.
copy {table} (number, vector) from stdin (format binary);

-- name: index
-- Find the nearest vectors without comparing all of them.
create index on {table} using hnsw (vector vector_ip_ops);

-- name: analyze
-- Tell the planner how large a generation is.
analyze {table};

-- name: list
-- Write down that a generation is complete.
insert into passage_vectors (version, passages) values (%(version)s, %(passages)s);

-- name: old
-- Take all but the newest generations off the list.
delete from passage_vectors where version not in (
    select version from passage_vectors order by made_at desc limit %(kept)s
) returning version;

-- name: drop
-- Remove a generation that is off the list.
drop table if exists {table};

-- name: width
-- For this transaction: how many vectors the search index looks at; no compiling of a statement this quick.
select set_config('hnsw.ef_search', %(most)s::text, true), set_config('jit', 'off', true);

-- name: nearest
-- Find the passages nearest to each of the asked vectors, add those named, and give each its best score.
with asked as materialized (
    select text::vector as vector from unnest(%(asked)s::text[]) as text
), near as (
    select found.number from asked cross join lateral (
        select number from {table} as kept order by kept.vector <#> asked.vector limit %(most)s
    ) as found
    union select unnest(%(also)s::integer[])
)
select kept.number, max(-(kept.vector <#> asked.vector)) as score
from near join {table} as kept using (number) cross join asked
group by kept.number;
