-- Every method and type of transaction of the contract; corrections.
alter table portfolio.portfolios drop constraint portfolios_cost_basis_method_check;
alter table portfolio.portfolios add constraint portfolios_cost_basis_method_check check (cost_basis_method in ('fifo', 'lifo', 'hifo', 'average', 'specific'));

alter table portfolio.transactions drop constraint transactions_type_check;
alter table portfolio.transactions add constraint transactions_type_check check (type in (
    'buy', 'sell', 'dividend', 'interest', 'deposit', 'withdrawal', 'fee', 'tax', 'split', 'transferIn', 'transferOut', 'spinoff', 'merger', 'returnOfCapital'));
alter table portfolio.transactions drop constraint transactions_ratio_check;
alter table portfolio.transactions add constraint transactions_ratio_check check (ratio >= 0);

alter table portfolio.transactions
    add column new_symbol    text,                                                   -- spinoff, merger: what the holder gets
    add column cost_fraction numeric(28, 10) check (cost_fraction between 0 and 1),  -- spinoff: the part of the cost that goes along; merger: that stays in shares
    add column acquired_at   timestamptz,                                            -- transferIn: when the shares were bought
    add column lot_ids       uuid[],                                                 -- the lots a sale names, by the method 'specific'
    add column replaces      uuid,                                                   -- the entry this one corrects
    add column root          uuid,                                                   -- the first of a chain of corrections: lots keep its id
    add column place         bigint;                                                 -- the root's seq: a correction keeps its place among entries of one instant

-- An entry that was reversed no longer takes its externalId.
drop index portfolio.transactions_external;
create unique index transactions_external on portfolio.transactions (portfolio_id, external_id) where external_id is not null and reversed_by is null;
create index transactions_links on portfolio.transactions (user_id, portfolio_id) where new_symbol is not null and reversed_by is null;
-- Entries of the feed that the user deleted: they are not booked again.
create index transactions_dropped on portfolio.transactions (user_id, portfolio_id, symbol) where source = 'feed' and reversed_by = id;
-- What a correction or an import looks for.
create index transactions_replaces on portfolio.transactions (user_id, portfolio_id, replaces) where replaces is not null;

create table portfolio.asset_notes (
    user_id      uuid not null,
    portfolio_id uuid not null,
    symbol       text not null,
    note         text,
    tags         text[] not null default '{}',
    primary key (user_id, portfolio_id, symbol),
    foreign key (user_id, portfolio_id) references portfolio.portfolios (user_id, id) on delete cascade
);
