-- The local host's timers and durable orchestrations (src/Functions.Runtime). In Azure nothing here is used.
create schema runtime;

create table runtime.timers (
    name         text primary key,
    last         timestamptz not null,
    next         timestamptz not null,
    last_updated timestamptz not null
);

-- One row per orchestration. A host that runs a turn holds the lease; wake_at says when there is something to do (null: nothing).
create table runtime.instances (
    id              text primary key,
    name            text not null,
    execution_id    uuid not null,
    status          text not null default 'Pending'
                    check (status in ('Pending', 'Running', 'Completed', 'Failed', 'Terminated')),
    input           json,
    output          json,
    custom_status   json,
    failure         json,
    created_at      timestamptz not null default clock_timestamp(),
    last_updated_at timestamptz not null default clock_timestamp(),
    wake_at         timestamptz,
    lease_owner     uuid,
    lease_until     timestamptz
);
create index instances_wake on runtime.instances (wake_at) where wake_at is not null;

-- What happened, append-only and in order: the only thing a replay reads.
create table runtime.history (
    execution_id uuid not null,
    seq          int not null,
    kind         text not null,
    task_id      int,
    name         text,
    payload      json,
    at           timestamptz not null,
    primary key (execution_id, seq)
);

-- What has arrived for an instance since its last turn: results, timers, events. Moved into the history by the next turn.
create table runtime.inbox (
    id           bigint generated always as identity primary key,
    instance_id  text not null references runtime.instances (id) on delete cascade,
    execution_id uuid not null,
    kind         text not null,
    task_id      int,
    name         text,
    payload      json,
    visible_at   timestamptz not null default clock_timestamp()
);
create index inbox_instance on runtime.inbox (instance_id, visible_at, id);
-- A task ends once, however many workers ran it.
create unique index inbox_task on runtime.inbox (execution_id, task_id) where task_id is not null;

-- Activities to run.
create table runtime.activities (
    execution_id uuid not null,
    task_id      int not null,
    instance_id  text not null references runtime.instances (id) on delete cascade,
    name         text not null,
    input        json,
    due_at       timestamptz not null default clock_timestamp(),
    lease_owner  uuid,
    lease_until  timestamptz,
    primary key (execution_id, task_id)
);
create index activities_due on runtime.activities (due_at);
create index activities_instance on runtime.activities (instance_id);
