create schema portfolio;

create table portfolio.portfolios (
    user_id           uuid not null,
    id                uuid not null unique,
    name              text not null,
    base_currency     text not null,
    cost_basis_method text not null check (cost_basis_method in ('fifo', 'lifo', 'hifo')),
    is_default        boolean not null default false,
    version           bigint not null default 0,
    created_at        timestamptz not null default now(),
    primary key (user_id, id)
);
create unique index portfolios_default on portfolio.portfolios (user_id) where is_default;

-- The ledger: append-only. A correction adds an entry and marks the old one reversed; nothing is changed or deleted.
create table portfolio.transactions (
    user_id      uuid not null,
    portfolio_id uuid not null,
    id           uuid not null,
    seq          bigint generated always as identity,
    type         text not null check (type in ('buy', 'sell', 'dividend', 'interest', 'deposit', 'withdrawal', 'fee', 'tax', 'split')),
    symbol       text,
    quantity     numeric(28, 10) check (quantity > 0),
    price        numeric(28, 10) check (price >= 0),
    amount       numeric(28, 10) check (amount >= 0),
    fee          numeric(28, 10) not null default 0 check (fee >= 0),
    tax          numeric(28, 10) not null default 0 check (tax >= 0),
    ratio        numeric(28, 10) check (ratio > 0),
    currency     text not null,
    fx_rate      numeric(28, 10) not null check (fx_rate > 0),
    executed_at  timestamptz not null,
    external_id  text,
    note         text,
    source       text not null default 'user' check (source in ('user', 'feed')),
    reversed_by  uuid,
    created_at   timestamptz not null default now(),
    primary key (user_id, portfolio_id, id),
    foreign key (user_id, portfolio_id) references portfolio.portfolios (user_id, id) on delete cascade
);
create index transactions_order on portfolio.transactions (user_id, portfolio_id, executed_at, seq);
create index transactions_symbol on portfolio.transactions (user_id, portfolio_id, symbol, executed_at, seq) where reversed_by is null;
create unique index transactions_external on portfolio.transactions (portfolio_id, external_id) where external_id is not null;
-- What the feed reports is booked once per portfolio, symbol, day and kind.
create unique index transactions_feed on portfolio.transactions (portfolio_id, symbol, type, (date(executed_at at time zone 'UTC'))) where source = 'feed' and reversed_by is null;

create function portfolio.ledger_is_append_only() returns trigger language plpgsql as $$
begin
    if old.reversed_by is null and new.reversed_by is not null
       and (to_jsonb(new) - 'reversed_by') = (to_jsonb(old) - 'reversed_by') then
        return new;
    end if;
    raise exception 'the ledger is append-only';
end $$;
create trigger ledger_is_append_only before update on portfolio.transactions for each row execute function portfolio.ledger_is_append_only();

create table portfolio.analytics (
    user_id      uuid not null,
    portfolio_id uuid not null,
    version      bigint not null,
    computed_at  timestamptz not null,
    result       jsonb not null,
    primary key (user_id, portfolio_id),
    foreign key (user_id, portfolio_id) references portfolio.portfolios (user_id, id) on delete cascade
);

-- Whose orchestration it is.
create table portfolio.jobs (
    user_id     uuid not null,
    instance_id text not null,
    kind        text not null,
    created_at  timestamptz not null default now(),
    primary key (user_id, instance_id)
);
