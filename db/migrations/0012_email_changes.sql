-- A change of address under way: in force when the mails to both addresses are answered. One per user; a new one replaces it.
create table auth.email_changes (
    user_id          uuid primary key references auth.users (id) on delete cascade,
    email_sealed     bytea not null,
    old_token_hash   bytea not null unique,
    new_token_hash   bytea not null unique,
    old_confirmed_at timestamptz,
    new_confirmed_at timestamptz,
    expires_at       timestamptz not null
);
