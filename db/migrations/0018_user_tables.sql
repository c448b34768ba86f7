-- Every table that holds rows of a user, by its user_id. The Auth app exports and erases by this list, so that it need not know the features
-- that are deployed in other apps: whoever makes such a table registers it here, in the same migration.
create table core.user_tables (
    name     text primary key,
    -- False: its rows tell a user nothing. They are erased all the same.
    exported boolean not null default true,
    -- Columns that an export leaves out: hashes, keys and what is sealed.
    omitted  text[] not null default '{}'
);

insert into core.user_tables (name, exported, omitted) values
    ('core.idempotency', false, '{}'),
    ('core.revocations', false, '{}'),
    ('core.user_keys', false, '{}'),
    ('core.jobs', true, '{}'),
    ('auth.api_keys', true, '{key_hash}'),
    ('auth.devices', true, '{fingerprint}'),
    ('auth.email_changes', true, '{email_sealed,old_token_hash,new_token_hash}'),
    ('auth.exports', true, '{content}'),
    ('auth.external_logins', true, '{}'),
    ('auth.mail_tokens', true, '{token_hash,password_hash,display_name_sealed}'),
    ('auth.mfa_challenges', true, '{token_hash,device}'),
    ('auth.passkey_challenges', true, '{challenge_hash,state}'),
    ('auth.passkeys', true, '{credential_id,public_key}'),
    ('auth.recovery_codes', true, '{code_hash}'),
    ('auth.sessions', true, '{secret,device}'),
    ('auth.totp', true, '{secret,last_step}'),
    ('portfolio.portfolios', true, '{}'),
    ('portfolio.transactions', true, '{}'),
    ('portfolio.analytics', true, '{}'),
    ('portfolio.asset_notes', true, '{}'),
    ('portfolio.instruments', true, '{}'),
    ('portfolio.prices', true, '{}'),
    ('portfolio.rates', true, '{}'),
    ('portfolio.own_data', true, '{}'),
    ('portfolio.shares', true, '{token_hash}'),
    ('portfolio.targets', true, '{}'),
    ('ai.profiles', true, '{}');
