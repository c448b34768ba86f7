create schema core;

-- Side effects that leave with the transaction that wrote them (Core/Outbox.cs).
create table core.outbox (
    id         bigint generated always as identity primary key,
    kind       text not null,
    key        text,
    payload    jsonb not null,
    attempts   int not null default 0,
    due_at     timestamptz not null default now(),
    created_at timestamptz not null default now()
);
create index outbox_due on core.outbox (kind, due_at, id);
create unique index outbox_key on core.outbox (kind, key) where key is not null;

-- Answers kept for 24 h by Idempotency-Key (Core/Pipeline/Idempotency.cs).
create table core.idempotency (
    user_id     uuid not null,
    method      text not null,
    path        text not null,
    key         text not null,
    fingerprint bytea not null,
    status      int not null,
    headers     jsonb not null,
    body        bytea not null,
    created_at  timestamptz not null default now(),
    primary key (user_id, method, path, key)
);
create index idempotency_created on core.idempotency (created_at);

-- Revocations that every host must learn of within a second (Core/Security/Revocations.cs).
create table core.revocations (
    id         bigint generated always as identity primary key,
    session_id uuid not null,
    at         timestamptz not null default clock_timestamp()
);
create index revocations_at on core.revocations (at);
