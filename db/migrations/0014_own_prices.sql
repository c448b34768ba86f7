-- A user's own assets, their prices and own exchange rates: private to the user, valid in all of the user's books.
create table portfolio.instruments (
    user_id    uuid not null,
    symbol     text not null check (symbol like '@%'),
    name       text not null,
    currency   text not null,
    class      text not null check (class in ('equity', 'etf', 'fund', 'bond', 'crypto', 'realEstate', 'commodity', 'cash', 'other')),
    created_at timestamptz not null default now(),
    primary key (user_id, symbol)
);

create table portfolio.prices (
    user_id uuid not null,
    symbol  text not null,
    day     date not null,
    price   numeric(28, 10) not null check (price >= 0),
    primary key (user_id, symbol, day),
    foreign key (user_id, symbol) references portfolio.instruments (user_id, symbol) on delete cascade
);

create table portfolio.rates (
    user_id uuid not null,
    pair    text not null,
    day     date not null,
    rate    numeric(28, 10) not null check (rate > 0),
    primary key (user_id, pair, day)
);

-- Counts a user's changes of instruments, prices and rates: what is cached of a valuation holds for one version.
create table portfolio.own_data (
    user_id uuid primary key,
    version bigint not null default 0
);
