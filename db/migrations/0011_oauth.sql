-- Sign-in through providers: sign-ins under way, the one-time codes that end them, and which account belongs to whom at a provider.
create table auth.oauth_states (
    state_hash    bytea primary key,
    provider      text not null,
    browser_hash  bytea not null,
    nonce         text not null,
    code_verifier text not null,
    redirect_uri  text not null,
    expires_at    timestamptz not null
);
create index oauth_states_expiry on auth.oauth_states (expires_at);

-- What the provider told, sealed: it names a person who may not be a user yet.
create table auth.oauth_codes (
    code_hash  bytea primary key,
    kind       text not null check (kind in ('code', 'link')),
    identity   bytea not null,
    attempts   int not null default 0,
    expires_at timestamptz not null
);
create index oauth_codes_expiry on auth.oauth_codes (expires_at);

create table auth.external_logins (
    provider   text not null,
    subject    text not null,
    user_id    uuid not null references auth.users (id) on delete cascade,
    created_at timestamptz not null,
    primary key (provider, subject),
    unique (user_id, provider)
);
