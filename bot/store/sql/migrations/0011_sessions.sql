-- Who is signed in to the review pages. Secrets are kept as their SHA-256 only.
create table sessions (
    key bytea primary key,
    person_id integer not null, -- Chatwoot's user
    name text not null,
    email text not null,
    role smallint not null check (role between 1 and 3), -- operator, manager, admin
    started_at timestamptz not null default now(),
    checked_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index sessions_by_person on sessions (person_id);

-- Keys that sign somebody in once: a code that an agent writes as a note, or a link from the command line.
create table sign_in_keys (
    key bytea primary key,
    -- The browser that asked for the code; a link works in any.
    browser bytea,
    person_id integer,
    name text,
    email text,
    role smallint check (role between 1 and 3),
    expires_at timestamptz not null
);
