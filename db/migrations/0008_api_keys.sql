-- API keys: kept as keyed hashes only. The scopes are what its owner gave it; roles and tier are the owner's, read at each use.
create table auth.api_keys (
    id           uuid primary key,
    user_id      uuid not null references auth.users (id) on delete cascade,
    key_hash     bytea not null unique,
    name         text not null,
    hint         text not null,
    scopes       text[] not null,
    networks     text[],
    created_at   timestamptz not null,
    expires_at   timestamptz,
    last_used_at timestamptz
);
create index api_keys_user on auth.api_keys (user_id, id);
