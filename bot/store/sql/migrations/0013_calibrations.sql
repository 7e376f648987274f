-- How raw confidence becomes confidence, each time it was learnt anew; the newest is in force, and going back
-- keeps a copy of an old one.
create table calibrations (
    number integer generated always as identity primary key,
    points jsonb not null,
    outcomes integer not null,
    -- Mean squared error on outcomes that it did not see, of the one before and of this one.
    error_before double precision,
    error_after double precision,
    made_by text not null,
    made_at timestamptz not null default now(),
    copy_of integer references calibrations
);
