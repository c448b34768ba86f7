create table core.signing_keys (
    kid         text primary key,
    private_key bytea not null,
    created_at  timestamptz not null default now()
);

create schema auth;

create table auth.users (
    id            uuid primary key,
    email         text not null unique check (email = lower(email)),
    display_name  text,
    password_hash text not null,
    roles         text[] not null default '{user}',
    tier          text not null default 'free' check (tier in ('free', 'premium')),
    verified_at   timestamptz,
    created_at    timestamptz not null default now()
);

-- Tokens in mails: kept as hashes, used once. A registration's token carries the password that was sent with it.
create table auth.mail_tokens (
    token_hash    bytea primary key,
    user_id       uuid not null references auth.users (id) on delete cascade,
    kind          text not null check (kind in ('verify_email')),
    password_hash text,
    display_name  text,
    expires_at    timestamptz not null,
    used_at       timestamptz
);
create index mail_tokens_user on auth.mail_tokens (user_id);

-- A session is a refresh-token family. Its tokens are HMACs of its secret and a counter, so a successor can be told again and no token is stored.
create table auth.sessions (
    id           uuid primary key,
    user_id      uuid not null references auth.users (id) on delete cascade,
    secret       bytea not null,
    counter      int not null default 0,
    rotated_at   timestamptz not null,
    device_name  text,
    amr          text[] not null,
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at   timestamptz not null,
    revoked_at   timestamptz
);
create index sessions_user on auth.sessions (user_id);

-- Failed sign-ins by account and source; ten pause that pair.
create table auth.login_failures (
    account      bytea not null,
    source       text not null,
    failures     int not null,
    first_at     timestamptz not null,
    paused_until timestamptz,
    primary key (account, source)
);
