-- Jobs of every app (Core/Jobs/JobLedger.cs): the app that runs one writes its state here.
create table core.jobs (
    user_id     uuid not null,
    instance_id text not null,
    app         text not null,
    kind        text not null,
    key         text not null,
    status      text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'terminated')),
    progress    numeric(5, 4) check (progress between 0 and 1),
    output      jsonb,
    error       text,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    primary key (user_id, instance_id)
);

-- One job of a kind and key at a time; asking again while it runs answers it.
create unique index jobs_under_way on core.jobs (user_id, kind, key) where status in ('pending', 'running');

-- Jobs of before kept no result; what they computed is in the tables of their feature.
insert into core.jobs (user_id, instance_id, app, kind, key, status, progress, created_at, updated_at)
select user_id, instance_id, 'portfolio', kind, instance_id, 'completed', 1, created_at, created_at from portfolio.jobs;

drop table portfolio.jobs;
