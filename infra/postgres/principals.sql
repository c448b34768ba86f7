-- Connected to `postgres` as the administrators' group: a role in PostgreSQL for each app's identity, once.
select pgaadauth_create_principal(app, false, false)
from unnest(string_to_array(:'apps', ',')) app
where not exists (select from pg_roles where rolname = app);
