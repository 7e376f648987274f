-- Addresses that are too long for an SMS. Nothing about who got one or who followed it.
create table short_links (
    code text primary key,
    target text not null,
    made_at timestamptz not null default now(),
    expires_at timestamptz not null,
    clicks bigint not null default 0
);
create index short_links_by_target on short_links (target, expires_at);
