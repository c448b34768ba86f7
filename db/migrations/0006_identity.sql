-- Tokens carry the version of their user's rights; a change of roles or tier raises it, and every host refuses the older ones.
alter table auth.users add column token_version int not null default 0;

alter table core.revocations alter column session_id drop not null;
alter table core.revocations add column user_id uuid;
alter table core.revocations add column below_version int;
alter table core.revocations add check ((session_id is null) <> (user_id is null) and (user_id is null) = (below_version is null));
