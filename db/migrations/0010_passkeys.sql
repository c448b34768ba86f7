-- WebAuthn credentials, and the challenges that wait for an answer: each is consumed by whoever answers first.
create table auth.passkeys (
    credential_id   bytea primary key,
    id              uuid not null unique,
    user_id         uuid not null references auth.users (id) on delete cascade,
    name            text not null,
    public_key      bytea not null,
    sign_count      bigint not null,
    transports      text[] not null,
    backup_eligible boolean not null,
    backed_up       boolean not null,
    created_at      timestamptz not null,
    last_used_at    timestamptz
);
create index passkeys_user on auth.passkeys (user_id, id);

create table auth.passkey_challenges (
    challenge_hash bytea primary key,
    user_id        uuid references auth.users (id) on delete cascade,
    state          text not null,
    expires_at     timestamptz not null
);
create index passkey_challenges_expiry on auth.passkey_challenges (expires_at);
