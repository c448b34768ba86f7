-- One key per user, wrapped by the master key. Nothing sealed for a user opens without it: deleting the row is erasing them (docs/decisions/0010).
create table core.user_keys (
    user_id    uuid primary key,
    master_key text not null,
    wrapped    bytea not null
);
create index user_keys_master on core.user_keys (master_key);

-- The address is found by a keyed hash. email and display_name hold only what an older build left; the first start seals it and empties them.
alter table auth.users add column email_index bytea unique;
alter table auth.users add column email_sealed bytea;
alter table auth.users add column display_name_sealed bytea;
alter table auth.users alter column email drop not null;
alter table auth.users add check (email is not null or (email_index is not null and email_sealed is not null));
create index users_unsealed on auth.users (id) where email is not null;

-- A request for an address that nobody has writes its token all the same, for a user who is not there: the work must look alike.
alter table auth.mail_tokens drop constraint mail_tokens_user_id_fkey;
alter table auth.mail_tokens drop constraint mail_tokens_kind_check;
alter table auth.mail_tokens add check (kind in ('verify_email', 'reset_password'));
alter table auth.mail_tokens drop column display_name;
alter table auth.mail_tokens add column display_name_sealed bytea;
create index mail_tokens_expiry on auth.mail_tokens (expires_at);

-- Secrets and devices of sessions are sealed from now on; those of before cannot be, so everybody signs in once more.
delete from auth.sessions;
alter table auth.sessions drop column device_name;
alter table auth.sessions add column device bytea not null;

create table auth.devices (
    user_id       uuid not null references auth.users (id) on delete cascade,
    fingerprint   bytea not null,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    primary key (user_id, fingerprint)
);

-- Failed sign-ins by account and source, both as keyed hashes. Each pause is longer than the one before.
drop table auth.login_failures;
create table auth.login_failures (
    account      bytea not null,
    source       bytea not null,
    failures     int not null,
    pauses       int not null default 0,
    last_at      timestamptz not null,
    paused_until timestamptz,
    primary key (account, source)
);
create index login_failures_last on auth.login_failures (last_at);

-- One authenticator app per user; last_step is the newest time step that has been used, and only rises.
create table auth.totp (
    user_id      uuid primary key references auth.users (id) on delete cascade,
    secret       bytea not null,
    confirmed_at timestamptz,
    last_step    bigint not null default 0,
    created_at   timestamptz not null
);

create table auth.recovery_codes (
    user_id   uuid not null references auth.users (id) on delete cascade,
    code_hash bytea not null,
    used_at   timestamptz,
    primary key (user_id, code_hash)
);

-- A right password that waits for the second factor.
create table auth.mfa_challenges (
    token_hash bytea primary key,
    user_id    uuid not null references auth.users (id) on delete cascade,
    device     bytea not null,
    attempts   int not null default 0,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index mfa_challenges_user on auth.mfa_challenges (user_id);

create table auth.exports (
    user_id    uuid not null references auth.users (id) on delete cascade,
    id         uuid not null,
    created_at timestamptz not null,
    ready_at   timestamptz,
    content    bytea,
    primary key (user_id, id)
);

-- Two keys at any time: the one that signs and the one that will from signs_from on, published long before.
alter table core.signing_keys add column signs_from timestamptz;
update core.signing_keys set signs_from = created_at;
alter table core.signing_keys alter column signs_from set not null;

-- Mails lie in the outbox sealed from now on.
delete from core.outbox where kind = 'auth.mail';
