using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Data;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Functions.Auth;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace AgentInvest.Api.Tests;

/// <summary>
/// What the Auth app promises, in its own container: as deployed in Azure, where no other feature is registered in its process.
/// </summary>
public sealed class AuthAppTests
{
    private const string Password = "a passphrase of theirs";

    /// <summary>Streams of the audit outlive their user, pseudonymised.</summary>
    private static readonly string[] NotErased = ["core.audit", "core.audit_heads"];

    [Fact]
    public async Task Every_table_with_a_user_id_is_registered_by_a_migration()
    {
        await using var database = await TestDatabase.CreateAsync();
        var tables = await ListAsync(
            database,
            """
            select table_schema || '.' || table_name from information_schema.columns
            where column_name = 'user_id' and table_schema <> 'information_schema'
            """
        );
        var registered = await ListAsync(database, "select name from core.user_tables");
        Assert.Equal(tables.Except(["core.user_tables"]).Order(StringComparer.Ordinal), registered.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Erasure_leaves_no_row_of_the_user_in_any_table_of_any_feature()
    {
        await using var database = await TestDatabase.CreateAsync();
        var user = await BookedUserAsync(database);
        using var app = App(database.ConnectionString);
        await app.Services.GetRequiredService<DeleteMe>().HandleAsync(user, new DeleteMe.Request(Password), "127.0.0.1", default);
        await app.Services.GetRequiredService<EraseUsers>().HandleAsync(default);
        Assert.Empty(await TablesNamingAsync(database, user.Id));
    }

    [Fact]
    public async Task Erasure_orders_the_apps_to_terminate_the_jobs_of_the_user()
    {
        await using var database = await TestDatabase.CreateAsync();
        var user = await BookedUserAsync(database);
        await TestSql.ExecuteAsync(
            database.ConnectionString,
            """
            insert into core.jobs (user_id, instance_id, app, kind, key, status)
            values ($1, 'analytics-1', 'Portfolio', 'analytics', 'k', 'running')
            """,
            user.Id
        );
        using var app = App(database.ConnectionString);
        await app.Services.GetRequiredService<DeleteMe>().HandleAsync(user, new DeleteMe.Request(Password), "127.0.0.1", default);
        await app.Services.GetRequiredService<EraseUsers>().HandleAsync(default);
        Assert.Contains(
            "\"analytics-1\"",
            await ListAsync(database, "select payload::text from core.outbox where kind = 'jobs.terminate.Portfolio'")
        );
    }

    [Fact]
    public async Task An_export_has_the_rows_of_every_feature()
    {
        await using var database = await TestDatabase.CreateAsync();
        var user = await BookedUserAsync(database);
        using var app = App(database.ConnectionString);
        var export = app.Services.GetRequiredService<ExportMe>();
        var id = (await export.StartAsync(user, default)).ExportId.ToString();
        await export.GatherAsync(default);
        var data = (await export.FindAsync(user, id, default))!.Data;
        var counts = new Dictionary<string, long>();
        foreach (var table in await ListAsync(database, "select name from core.user_tables where exported order by name"))
            counts[table] = await TestSql.OneAsync<long>(
                database.ConnectionString,
                $"select count(*) from {table} where user_id = $1",
                user.Id
            );
        Assert.Equal(counts, data.Where(d => d.Key != "auth.users").ToDictionary(d => d.Key, d => (long)d.Value.GetArrayLength()));
    }

    [Fact]
    public async Task The_app_starts_while_PostgreSQL_is_away()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.AllowConnectionsAsync(false);
        using var app = App(database.ConnectionString);
        var begin = Stopwatch.GetTimestamp();
        await app.StartAsync();
        Assert.True(Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(5), "The start waited for PostgreSQL.");
        var refused = await Record.ExceptionAsync(() => SignInAsync(app));
        Assert.True(refused is NpgsqlException { IsTransient: true } or ProblemException { Problem.Status: 503 }, refused?.ToString());
        await database.AllowConnectionsAsync(true);
        Assert.Equal(401, Assert.IsType<ProblemException>(await Record.ExceptionAsync(() => SignInAsync(app))).Problem.Status);
        await app.StopAsync();
    }

    [Fact]
    public async Task Old_data_is_sealed_once_PostgreSQL_answers()
    {
        await using var database = await TestDatabase.CreateAsync();
        await AddUnsealedAsync(database, "old@example.com");
        await database.AllowConnectionsAsync(false);
        NpgsqlConnection.ClearPool(new NpgsqlConnection(database.ConnectionString));
        using var app = App(database.ConnectionString);
        await app.StartAsync();
        await database.AllowConnectionsAsync(true);
        await AuthDataTests.EventuallyAsync(async () =>
            await TestSql.OneAsync<long>(database.ConnectionString, "select count(*) from auth.users where email is not null") == 0
        );
        await app.StopAsync();
    }

    [Fact]
    public async Task The_administrator_of_an_old_build_is_found_when_it_is_seeded()
    {
        await using var database = await TestDatabase.CreateAsync();
        var id = await AddUnsealedAsync(database, EnsureAdmin.Email);
        using var app = App(database.ConnectionString);
        await app.Services.GetRequiredService<EnsureAdmin>().HandleAsync("the administrator's passphrase", default);
        Assert.Equal([id.ToString()], await ListAsync(database, "select id::text from auth.users"));
    }

    private static Task<SignInAnswer> SignInAsync(IHost app) =>
        app.Services.GetRequiredService<LogIn>()
            .HandleAsync(new LogIn.Request("nobody@example.com", Password), new SignInContext("127.0.0.1", null, null, null), default);

    private static async Task<Guid> AddUnsealedAsync(TestDatabase database, string email)
    {
        var id = Guid.CreateVersion7();
        await TestSql.ExecuteAsync(
            database.ConnectionString,
            "insert into auth.users (id, email, password_hash, verified_at) values ($1, $2, $3, now())",
            id,
            email,
            "hmac-sha384:" + BCrypt.Net.BCrypt.HashPassword("whatever it was", 4)
        );
        return id;
    }

    private static IHost App(string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:Postgres"] = connectionString,
                ["Security:MasterKey"] = Convert.ToBase64String(Encoding.ASCII.GetBytes("a master key for tests, 32 bytes")),
                ["Auth:PasswordCost"] = "4",
            }
        );
        builder.Services.AddAuthApp(builder.Configuration);
        return builder.Build();
    }

    /// <summary>
    /// Somebody with a row in every table of the books and of advice, made over HTTP by the whole host, which is gone then.
    /// </summary>
    private static async Task<CurrentUser> BookedUserAsync(TestDatabase database)
    {
        await using var started = await OwnHost.StartAsync(new TestHost { SharedDatabase = database.ConnectionString });
        var user = new TestUser(started.Host.Url, $"u{Guid.NewGuid():N}@example.com", Password);
        await user.RegisterAsync();
        var login = (await user.LogInAsync()).Json;
        await BookAsync(user);
        var id = login.GetProperty("user").GetProperty("id").GetGuid();
        await AuthDataTests.EventuallyAsync(async () =>
            await TestSql.OneAsync<long>(database.ConnectionString, "select count(*) from portfolio.analytics where user_id = $1", id) > 0
        );
        var empty = new List<string>();
        foreach (
            var table in await ListAsync(
                database,
                """
                select name from core.user_tables
                where name like 'portfolio.%' or name like 'ai.%' or name in ('core.jobs', 'core.idempotency')
                """
            )
        )
            if (await TestSql.OneAsync<long>(database.ConnectionString, $"select count(*) from {table} where user_id = $1", id) == 0)
                empty.Add(table);
        Assert.Empty(empty);
        var session = Guid.Parse(AuthSessionTests.Claims(user.Token).GetProperty("sid").GetString()!);
        return new CurrentUser(id, session, ["user"], "free");
    }

    private static async Task BookAsync(TestUser user)
    {
        async Task OkAsync(Task<Reply> call)
        {
            var reply = await call;
            Assert.True((int)reply.Status is >= 200 and < 300, reply.Text);
        }

        Task<Reply> PutAsync(string path, object body) => user.SendAsync(HttpMethod.Put, path, JsonContent.Create(body));

        Task<Reply> EntryAsync(object entry) =>
            user.PostAsync("/v1/portfolio/transactions", entry, ("Idempotency-Key", Guid.NewGuid().ToString()));

        const string at = "2024-01-02T15:00:00Z";
        await OkAsync(EntryAsync(new { type = "deposit", amount = 100_000, executedAt = "2024-01-01T15:00:00Z" }));
        await OkAsync(EntryAsync(new { type = "buy", symbol = "AAPL", quantity = 10, price = 100, fee = 1, executedAt = at }));
        await OkAsync(EntryAsync(new { type = "sell", symbol = "AAPL", quantity = 1, price = 110, executedAt = "2024-01-03T15:00:00Z" }));
        await OkAsync(EntryAsync(new { type = "dividend", symbol = "AAPL", amount = 2, executedAt = "2024-02-01T15:00:00Z" }));
        await OkAsync(EntryAsync(new { type = "interest", amount = 3, executedAt = "2024-02-02T15:00:00Z" }));
        await OkAsync(EntryAsync(new { type = "withdrawal", amount = 5, executedAt = "2024-02-03T15:00:00Z" }));
        await OkAsync(PutAsync("/v1/portfolio/targets", new { items = new[] { new { symbol = "AAPL", weight = 1 } } }));
        await OkAsync(PutAsync("/v1/portfolio/assets/AAPL", new { note = "kept for the long run" }));
        await OkAsync(user.PostAsync("/v1/portfolio/shares", new { scopes = Array.Empty<string>() }));
        var house = new { symbol = "@HOUSE", name = "House", currency = "USD", @class = "realEstate" };
        await OkAsync(user.PostAsync("/v1/portfolio/instruments", house));
        var price = new { date = "2024-01-02", price = 1 };
        await OkAsync(PutAsync("/v1/portfolio/instruments/@HOUSE/prices", new { items = new[] { price } }));
        await OkAsync(PutAsync("/v1/portfolio/rates/CHFUSD", new { items = new[] { new { date = "2024-01-01", rate = 1.1m } } }));
        var profile = new
        {
            horizonYears = 10,
            riskTolerance = 3,
            exclusions = Array.Empty<string>(),
            baseCurrency = "USD",
        };
        await OkAsync(PutAsync("/v1/ai/profile", profile));
        await OkAsync(user.PostAsync("/v1/auth/api-keys", new { name = "reader", scopes = new[] { "portfolio:read" } }));
        await OkAsync(user.PostAsync("/v1/auth/mfa/totp"));
        await OkAsync(user.PostAsync("/v1/auth/passkeys/options"));
        await OkAsync(user.PostAsync("/v1/auth/me/email", new { email = "new-" + user.Email, password = user.Password }));
        await OkAsync(user.PostAsync("/v1/portfolio/analytics"));
    }

    /// <summary>Tables with the user's id anywhere in a row; the local host's own hub is no part of the Auth app's promise.</summary>
    private static async Task<List<string>> TablesNamingAsync(TestDatabase database, Guid userId)
    {
        var naming = new List<string>();
        foreach (
            var table in await ListAsync(
                database,
                """
                select schemaname || '.' || tablename from pg_tables
                where schemaname not in ('pg_catalog', 'information_schema', 'runtime')
                """
            )
        )
            if (
                !NotErased.Contains(table)
                && await TestSql.OneAsync<bool>(
                    database.ConnectionString,
                    $"select exists (select from {table} t where t::text like '%' || $1 || '%')",
                    userId.ToString()
                )
            )
                naming.Add(table);
        return naming;
    }

    private static async Task<List<string>> ListAsync(TestDatabase database, string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }
}
