using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AgentInvest.Functions.Runtime;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Api.Tests;

/// <summary>
/// Broken object level authorisation, over every id the API takes: the routes and parameters are the host's own, so that a new one without
/// a case here fails.
/// </summary>
public sealed class OwnershipTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Csv = "type,symbol,quantity,price,executedAt\nbuy,AAPL,1,100,2024-01-02T15:00:00Z\n";

    /// <summary>Names of the public world, and what an administrator's role alone opens.</summary>
    private static readonly string[] NobodysOwn =
    [
        "v1/market/",
        "v1/admin/",
        "v1/auth/oauth/{provider}/",
        "v1/shared/{token}",
        "v1/portfolio/rates/{pair}",
        "v1/docs",
        "v1/openapi",
        "v1/hubs",
    ];

    /// <summary>A body that would be accepted.</summary>
    private static readonly Dictionary<string, object?> Bodies = new()
    {
        ["PATCH v1/portfolios/{id}"] = new { name = "taken" },
        ["PATCH v1/portfolio/transactions/{id}"] = new { quantity = 2 },
        ["PUT v1/portfolio/instruments/{symbol}/prices"] = new { items = new[] { new { date = "2024-01-02", price = 1 } } },
        ["PUT v1/portfolio/assets/{symbol}"] = new { targetQuantity = 1 },
        ["POST v1/portfolio/assets"] = new { symbol = "MSFT", quantity = 1, price = 100, date = "2024-01-02" },
        ["POST v1/portfolio/transactions"] = new { type = "deposit", amount = 1, executedAt = "2024-01-02T15:00:00Z" },
        ["POST v1/portfolio/transactions/import"] = Csv,
        ["POST v1/portfolio/analytics"] = null,
        ["POST v1/portfolio/rebalance"] = new { mode = "plan" },
        ["POST v1/portfolio/shares"] = new { scopes = Array.Empty<string>() },
        ["PUT v1/portfolio/targets"] = new { items = new[] { new { symbol = "AAPL", weight = 1 } } },
    };

    [Fact]
    public async Task No_id_in_the_api_opens_anything_of_another_user()
    {
        var owner = await host.SignUpAsync();
        var stranger = await host.SignUpAsync();
        var user = Guid.Parse((await owner.GetAsync("/v1/auth/me")).Json.GetProperty("id").GetString()!);
        var calls = Calls(await ObjectsAsync(owner, user));
        Assert.True(calls.Count >= 30, $"only {calls.Count} calls with an id were found");

        var before = await RowsAsync(user);
        foreach (var (method, path, body) in calls)
        {
            var reply = await stranger.SendAsync(method, path, Content(body));
            Assert.True(
                reply.Status == HttpStatusCode.NotFound && reply.Code == "not_found",
                $"{method} {path}: {(int)reply.Status} {reply.Text}"
            );
        }
        Assert.Equal(before, await RowsAsync(user));

        // The owner's turn: what the stranger did not find is there. Deletions come last.
        foreach (
            var (method, path, body) in calls
                .OrderBy(c => c.Method == HttpMethod.Delete)
                .ThenBy(c => c.Path.Contains("/transactions/", StringComparison.Ordinal) ? 0 : 1)
        )
        {
            var reply = await owner.SendAsync(method, path, Content(body));
            Assert.True((int)reply.Status is >= 200 and < 300 or 409, $"{method} {path}: {(int)reply.Status} {reply.Text}");
        }
    }

    [Fact]
    public async Task Ids_inside_a_body_are_looked_up_among_the_callers_own()
    {
        var owner = await host.SignUpAsync();
        var stranger = await host.SignUpAsync();
        var bought = (await owner.BuyAsync("AAPL", 2, 100, "2024-01-02T15:00:00Z")).Json;
        var portfolio = bought.GetProperty("portfolioId").GetString();
        var lot = bought.GetProperty("lots").GetProperty("opened")[0].GetProperty("id").GetString();
        Assert.Equal("not_found", (await stranger.PostAsync("/v1/ai/risk", new { portfolioId = portfolio })).Code);

        var own = (await stranger.PostAsync("/v1/portfolios", new { name = "specific", costBasisMethod = "specific" }))
            .Json.GetProperty("id")
            .GetString();
        Assert.Equal(
            HttpStatusCode.Created,
            (await stranger.BuyAsync("AAPL", 2, 100, "2024-01-02T15:00:00Z", $"?portfolioId={own}")).Status
        );
        var sale = await stranger.PostAsync(
            $"/v1/portfolio/transactions?portfolioId={own}",
            new
            {
                type = "sell",
                symbol = "AAPL",
                quantity = 1,
                price = 100,
                executedAt = "2024-01-03T15:00:00Z",
                lotIds = new[] { lot },
            }
        );
        Assert.True((int)sale.Status is 400 or 404 or 422, sale.Text);
        Assert.Equal(2, (await owner.GetAsync("/v1/portfolio/lots")).Json.GetProperty("items")[0].GetProperty("remaining").GetDecimal());
    }

    /// <summary>Something of the owner's for every route that names an object: route → the address's end.</summary>
    private async Task<Dictionary<string, string>> ObjectsAsync(TestUser owner, Guid user)
    {
        var session = (await owner.GetAsync("/v1/auth/sessions")).Json.GetProperty("items")[0].GetProperty("id").GetString()!;
        await owner.LogInAsync();
        var bought = (await owner.BuyAsync("AAPL", 2, 100, "2024-01-02T15:00:00Z")).Json;
        var portfolio = bought.GetProperty("portfolioId").GetString()!;
        Assert.Equal(
            HttpStatusCode.Created,
            (
                await owner.PostAsync(
                    "/v1/portfolio/instruments",
                    new
                    {
                        symbol = "@HOUSE",
                        name = "House",
                        currency = "USD",
                        @class = "realEstate",
                    }
                )
            ).Status
        );
        var passkey = Guid.CreateVersion7();
        await TestSql.ExecuteAsync(
            host.ConnectionString,
            """
            insert into auth.passkeys
                (credential_id, id, user_id, name, public_key, sign_count, transports, backup_eligible, backed_up, created_at)
            values ($1, $2, $3, '', '\x01', 0, '{}', false, false, now())
            """,
            passkey.ToByteArray(),
            passkey,
            user
        );
        var job = (await owner.PostAsync("/v1/portfolio/analytics")).Json.GetProperty("instanceId").GetString()!;
        return new Dictionary<string, string>
        {
            ["v1/auth/me/export/{id}"] = (await owner.PostAsync("/v1/auth/me/export")).Json.GetProperty("exportId").GetString()!,
            ["v1/auth/sessions/{id}"] = session,
            ["v1/auth/passkeys/{id}"] = passkey.ToString(),
            ["v1/auth/api-keys/{id}"] = (
                await owner.PostAsync("/v1/auth/api-keys", new { name = "reader", scopes = new[] { "portfolio:read" } })
            )
                .Json.GetProperty("id")
                .GetString()!,
            ["v1/portfolio/shares/{id}"] = (await owner.PostAsync("/v1/portfolio/shares", new { scopes = Array.Empty<string>() }))
                .Json.GetProperty("id")
                .GetString()!,
            ["v1/portfolio/transactions/{id}"] = bought.GetProperty("id").GetString()!,
            ["v1/portfolios/{id}"] = (await owner.PostAsync("/v1/portfolios", new { name = "second" })).Json.GetProperty("id").GetString()!,
            ["v1/portfolio/instruments/{symbol}/prices"] = "@HOUSE",
            ["v1/portfolio/assets/{symbol}"] = "AAPL",
            ["v1/jobs/{instanceId}"] = job,
            ["?portfolioId="] = portfolio,
        };
    }

    private List<(HttpMethod Method, string Path, object? Body)> Calls(Dictionary<string, string> objects)
    {
        var calls = new List<(HttpMethod, string, object?)>();
        var parameters = Documented();
        foreach (
            var endpoint in host
                .Services.GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(e => e.Metadata.GetMetadata<FunctionMetadata>() is not null)
        )
        {
            var route = LocalHost.OpenApi.PathParameters.Of(endpoint.RoutePattern).Path.TrimStart('/');
            // The address without the version is the same function.
            if (!route.StartsWith("v1/", StringComparison.Ordinal)) continue;
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                var ofPortfolio = parameters.Contains($"{method} {route}");
                if (
                    !ofPortfolio
                    && (
                        !route.Contains('{', StringComparison.Ordinal) || NobodysOwn.Any(n => route.StartsWith(n, StringComparison.Ordinal))
                    )
                )
                    continue;
                var path = "/" + route;
                if (route.Contains('{', StringComparison.Ordinal))
                {
                    Assert.True(objects.TryGetValue(route, out var id), $"{method} {route}: no object to try it with");
                    path = "/" + System.Text.RegularExpressions.Regex.Replace(route, @"\{[^}]+\}", id!);
                }
                object? body = null;
                Assert.True(
                    method is "GET" or "DELETE" || Bodies.TryGetValue($"{method} {route}", out body),
                    $"{method} {route}: no body to try it with"
                );
                if (ofPortfolio)
                    path +=
                        (route.EndsWith("/import", StringComparison.Ordinal) ? "?format=csv&portfolioId=" : "?portfolioId=")
                        + objects["?portfolioId="];
                calls.Add((new HttpMethod(method), path, body));
            }
        }
        return calls;
    }

    /// <summary>Which operations take a portfolio's id, as the API's own description has it.</summary>
    private static HashSet<string> Documented()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "openapi", "v1.json")));
        return (
            from path in document.RootElement.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where
                operation.Value.TryGetProperty("parameters", out var parameters)
                && parameters.EnumerateArray().Any(p => p.TryGetProperty("name", out var name) && name.GetString() == "portfolioId")
            select $"{operation.Name.ToUpperInvariant()} {path.Name.TrimStart('/')}"
        ).ToHashSet();
    }

    private static HttpContent? Content(object? body) =>
        body switch
        {
            null => null,
            string csv => new StringContent(csv, Encoding.UTF8, "text/csv"),
            _ => JsonContent.Create(body),
        };

    /// <summary>All that the database holds of a user, but for what jobs under way write.</summary>
    private async Task<string> RowsAsync(Guid user)
    {
        var tables = await TestSql.OneAsync<string[]>(
            host.ConnectionString,
            """
            select array_agg(table_schema || '.' || table_name order by table_schema, table_name) from information_schema.columns
            where column_name = 'user_id' and table_schema in ('auth', 'portfolio', 'core', 'ai')
                and table_name not in ('jobs', 'analytics', 'exports')
            """
        );
        Assert.Contains("portfolio.transactions", tables);
        var rows = new StringBuilder();
        foreach (var table in tables)
            rows.AppendLine(
                await TestSql.OneAsync<string>(
                    host.ConnectionString,
                    $"""
                    select '{table} ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' order by t::text)), '')
                    from {table} t where user_id = $1
                    """,
                    user
                )
            );
        return rows.ToString();
    }
}
