create schema market;

-- Raw daily bars, partitioned by five years of days; a symbol's whole history is one index scan per partition.
create table market.bars_daily (
    symbol text not null,
    day    date not null,
    open   numeric(28, 10) not null,
    high   numeric(28, 10) not null,
    low    numeric(28, 10) not null,
    close  numeric(28, 10) not null,
    volume numeric(28, 10) not null,
    primary key (symbol, day)
) partition by range (day);

do $$
begin
    for year in 1990..2045 by 5 loop
        execute format('create table market.bars_daily_%s partition of market.bars_daily for values from (%L) to (%L)', year, make_date(year, 1, 1), make_date(year + 5, 1, 1));
    end loop;
end $$;
create table market.bars_daily_other partition of market.bars_daily default;

-- What is loaded of each symbol: from which version of which source, and up to which day it was looked for.
create table market.series (
    symbol  text primary key,
    version text not null,
    source  text,
    checked date not null
);
