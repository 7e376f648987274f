-- The record of what was said, decided, drafted and posted.
-- chatwoot_conversations, chatwoot_messages and support_approvals are specification §8, name for name.

create type conversation_priority as enum ('P0', 'P1', 'P2', 'P3');
create type conversation_status as enum ('open', 'pending', 'resolved');
create type message_kind as enum ('incoming', 'outgoing', 'private_note');

create table chatwoot_conversations (
    id uuid primary key default gen_random_uuid(),
    chatwoot_conversation_id integer not null unique,
    customer_email text,
    priority conversation_priority,
    status conversation_status not null default 'open',
    assigned_to text not null default 'ai-customer' check (assigned_to in ('human', 'ai-customer')),
    created_at timestamptz not null default now(),
    resolved_at timestamptz
);

-- What §8 has no column for: who and where, and how new the snapshot is that was last applied.
create table conversation_details (
    conversation_id uuid primary key references chatwoot_conversations on delete cascade,
    account_id integer not null,
    inbox_id integer,
    contact_id integer,
    channel text not null,
    snapshot_at timestamptz,
    -- The newest message of the customer; a draft for an older one is out of date.
    last_incoming_id bigint not null default 0,
    -- The newest public answer of a person; messages before it are answered.
    last_outgoing_id bigint not null default 0
);
create index conversation_details_by_contact on conversation_details (contact_id);

create table chatwoot_messages (
    id uuid primary key default gen_random_uuid(),
    conversation_id uuid not null references chatwoot_conversations on delete cascade,
    chatwoot_message_id integer not null unique,
    message_type message_kind not null,
    content text not null,
    ai_generated boolean not null default false,
    confidence_score double precision check (confidence_score between 0 and 1),
    created_at timestamptz not null
);
create index chatwoot_messages_by_conversation on chatwoot_messages (conversation_id, chatwoot_message_id);

-- Messages of the customer's side that a machine wrote: out-of-office replies, bounces, lists.
create table automatic_messages (
    message_id uuid primary key references chatwoot_messages on delete cascade
);

create table support_approvals (
    id uuid primary key default gen_random_uuid(),
    message_id uuid not null references chatwoot_messages on delete cascade,
    draft_content text not null,
    final_content text,
    edit_distance integer check (edit_distance >= 0),
    tone_grade integer check (tone_grade between 1 and 5),
    accuracy_grade integer check (accuracy_grade between 1 and 5),
    policy_grade integer check (policy_grade between 1 and 5),
    approved_by text not null,
    approved_at timestamptz not null default now()
);
create index support_approvals_by_message on support_approvals (message_id);

-- One decision for each time that the rules were asked, with the facts as they were.
create table decisions (
    id bigint generated always as identity primary key,
    conversation_id uuid not null references chatwoot_conversations on delete cascade,
    -- The message that asked for it, and all messages that it answers: a burst is answered together.
    chatwoot_message_id integer not null unique,
    answers_messages integer[] not null,
    priority conversation_priority not null,
    route text not null check (route in ('human', 'draft')),
    team text,
    labels text[] not null default '{}',
    reasons jsonb not null,
    facts jsonb not null,
    trace jsonb not null,
    shadow text[] not null default '{}',
    rules_version text not null,
    decided_at timestamptz not null default now()
);
create index decisions_by_conversation on decisions (conversation_id, id desc);
create index decisions_by_time on decisions (decided_at);

-- pending: waits for a person. replaced: a newer message, or an answer of a person's own, made it old.
-- withdrawn: what it answers was deleted or resolved.
create type draft_state as enum ('pending', 'replaced', 'withdrawn', 'approved', 'rejected', 'escalated');

create table drafts (
    id bigint generated always as identity primary key,
    decision_id bigint not null unique references decisions on delete cascade,
    conversation_id uuid not null references chatwoot_conversations on delete cascade,
    state draft_state not null default 'pending',
    draft jsonb not null,
    reply jsonb not null,
    created_at timestamptz not null default now(),
    closed_at timestamptz
);
-- A conversation has one live draft.
create unique index drafts_one_pending on drafts (conversation_id) where state = 'pending';

-- Everything that was or will be posted to Chatwoot, written down before it is posted: Chatwoot has no
-- idempotency key, so after a lost answer the marker tells whether the post arrived.
create table posts (
    id bigint generated always as identity primary key,
    cause text not null unique,
    marker uuid not null unique default gen_random_uuid(),
    chatwoot_conversation_id integer not null,
    private boolean not null,
    content text not null,
    attempts integer not null default 0,
    chatwoot_message_id integer unique,
    taken_back boolean not null default false,
    intended_at timestamptz not null default now(),
    posted_at timestamptz
);
create index posts_by_conversation on posts (chatwoot_conversation_id);
