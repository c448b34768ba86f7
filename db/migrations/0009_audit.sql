-- What happened, append-only: one hash chain per stream (a user's id), so that no two users wait for each other. Each hash covers the one before and
-- every member led by its length, so no two entries can read the same. Auth/Audit/VerifyAudit.cs computes the same independently.
create table core.audit (
    stream uuid not null,
    seq    bigint not null,
    at     timestamptz not null,
    kind   text not null,
    actor  uuid,
    data   text not null,
    hash   bytea not null,
    primary key (stream, seq)
);
create index audit_at on core.audit (at, stream, seq);

-- The end of each chain; anchored_seq is how far it is written down outside of this database.
create table core.audit_heads (
    stream       uuid primary key,
    seq          bigint not null default 0,
    hash         bytea not null default '\x',
    anchored_seq bigint not null default 0
);

create function core.audit_part(part bytea) returns bytea language sql immutable parallel safe as $$ select int4send(length(part)) || part $$;

create function core.audit_add(p_stream uuid, p_at timestamptz, p_kind text, p_actor uuid, p_data text) returns bigint language plpgsql as $$
declare
    previous bytea;
    number bigint;
    hashed bytea;
begin
    select hash, seq + 1 into previous, number from core.audit_heads where stream = p_stream for no key update;
    if not found then
        insert into core.audit_heads (stream) values (p_stream) on conflict do nothing;
        select hash, seq + 1 into previous, number from core.audit_heads where stream = p_stream for no key update;
    end if;
    hashed := sha256(core.audit_part(uuid_send(p_stream)) || core.audit_part(int8send(number)) || core.audit_part(int8send((extract(epoch from p_at) * 1000000)::bigint))
        || core.audit_part(convert_to(p_kind, 'UTF8')) || core.audit_part(coalesce(uuid_send(p_actor), '')) || core.audit_part(convert_to(p_data, 'UTF8')) || core.audit_part(previous));
    insert into core.audit (stream, seq, at, kind, actor, data, hash) values (p_stream, number, p_at, p_kind, p_actor, p_data, hashed);
    update core.audit_heads set seq = number, hash = hashed where stream = p_stream;
    return number;
end $$;

create function core.audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end $$;
create trigger audit_is_append_only before update or delete on core.audit for each row execute function core.audit_is_append_only();
create trigger audit_is_not_truncated before truncate on core.audit for each statement execute function core.audit_is_append_only();
