-- What was promised to customers, what came of it, who was told, and what is out of order.

-- What happened in conversations, as far as clocks are concerned; all clocks are worked out from it.
create table happenings (
    id bigint generated always as identity primary key,
    conversation_id uuid not null references chatwoot_conversations on delete cascade,
    -- message:<Chatwoot's id>, status:<time of the snapshot> or priority:<time>
    cause text not null,
    kind text not null,
    priority conversation_priority,
    at timestamptz not null,
    unique (conversation_id, cause)
);

create table sla_clocks (
    id bigint generated always as identity primary key,
    conversation_id uuid not null references chatwoot_conversations on delete cascade,
    metric text not null check (metric in ('first_response', 'next_response', 'resolution')),
    number integer not null,
    priority conversation_priority not null,
    target interval not null,
    started_at timestamptz not null,
    -- Null while the clock is paused.
    at_risk_at timestamptz,
    due_at timestamptz,
    fulfilled_at timestamptz,
    -- How many promises were put on it: a changed priority puts on another.
    applied integer not null,
    unique (conversation_id, metric, number)
);
create index sla_clocks_running on sla_clocks (due_at) where fulfilled_at is null;

-- Each at most once: at_risk and breached for each promise put on, paused and resumed for each pause.
create table sla_events (
    clock_id bigint not null references sla_clocks on delete cascade,
    kind text not null check (kind in ('applied', 'at_risk', 'breached', 'fulfilled', 'paused', 'resumed')),
    number integer not null,
    at timestamptz not null,
    recorded_at timestamptz not null default now(),
    primary key (clock_id, kind, number)
);
create index sla_events_by_time on sla_events (at);

-- Something that people were or will be told of until somebody reacts.
create table incidents (
    id bigint generated always as identity primary key,
    key text not null unique,
    conversation_id uuid references chatwoot_conversations on delete cascade,
    opened_at timestamptz not null,
    acknowledged_at timestamptz,
    acknowledged_by text,
    closed_at timestamptz
);
create index incidents_open on incidents (conversation_id) where closed_at is null;

-- Whom we told, so that the same people hear when it is over.
create table incident_notifiers (
    incident_id bigint not null references incidents on delete cascade,
    notifier text not null,
    primary key (incident_id, notifier)
);

-- The parts that the service leans on, as they were last seen.
create table components (
    name text primary key,
    down_since timestamptz,
    reason text,
    checked_at timestamptz not null
);

-- How far the polling of Chatwoot has come.
create table polls (
    account_id bigint primary key,
    -- Everything that changed before this moment was seen.
    seen_until timestamptz not null,
    finished_at timestamptz not null
);
