-- Read-only links: the token is kept as a hash.
create table portfolio.shares (
    user_id      uuid not null,
    id           uuid not null,
    portfolio_id uuid not null,
    token_hash   bytea not null unique,
    scopes       text[] not null,
    expires_at   timestamptz,
    created_at   timestamptz not null default now(),
    primary key (user_id, id),
    foreign key (user_id, portfolio_id) references portfolio.portfolios (user_id, id) on delete cascade
);

create table portfolio.targets (
    user_id      uuid not null,
    portfolio_id uuid not null,
    symbol       text not null,
    weight       numeric(28, 10) not null check (weight >= 0 and weight <= 1),
    primary key (user_id, portfolio_id, symbol),
    foreign key (user_id, portfolio_id) references portfolio.portfolios (user_id, id) on delete cascade
);
