-- Connected to `agentinvest`: apps read and write rows and run what the schema offers; they change no schema and drop nothing.
select 'create role agentinvest_app nologin' where not exists (select from pg_roles where rolname = 'agentinvest_app') \gexec
select format('grant agentinvest_app to %I', app) from unnest(string_to_array(:'apps', ',')) app \gexec
select format('grant usage on schema %I to agentinvest_app', nspname),
       format('grant select, insert, update, delete on all tables in schema %I to agentinvest_app', nspname),
       format('grant usage, select on all sequences in schema %I to agentinvest_app', nspname),
       format('grant execute on all functions in schema %I to agentinvest_app', nspname),
       format('alter default privileges in schema %I grant select, insert, update, delete on tables to agentinvest_app', nspname)
from pg_namespace where nspname in ('core', 'auth', 'market', 'portfolio', 'ai', 'trading') \gexec
