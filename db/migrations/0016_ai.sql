create schema ai;

-- What a user wants of advice; without a row the defaults hold.
create table ai.profiles (
    user_id        uuid primary key,
    horizon_years  int not null check (horizon_years between 1 and 60),
    risk_tolerance int not null check (risk_tolerance between 1 and 10),
    exclusions     text[] not null,
    base_currency  text not null,
    updated_at     timestamptz not null default now()
);
