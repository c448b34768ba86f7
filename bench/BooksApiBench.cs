using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AgentInvest.LocalHost.Postgres;

namespace AgentInvest.Bench;

/// <summary>
/// Latency of the portfolio API as a caller sees it. Cold is the first request for a user's books after a host's start that has answered
/// others (a hundred entries) before; warm the median of those that follow. A commit is one booking by one caller, beside pgbench with the
/// same statements on the same server, in alternating rounds.
/// </summary>
internal static class BooksApiBench
{
    private const int CommitsPerRound = 300;
    private static readonly string[] Listed = ["AAPL", "MSFT", "AMZN", "JPM", "SPY", "QQQ", "NVDA", "GOOGL", "META", "BTC-USD"];
    private static readonly DateOnly Begin = new(2016, 1, 4);

    public static async Task<int> RunAsync()
    {
        var root = Environment.GetEnvironmentVariable("AGENTINVEST_ROOT") ?? Directory.GetCurrentDirectory();
        var home = Directory.CreateTempSubdirectory("agentinvest-bench").FullName;
        try
        {
            await using var postgres = await EmbeddedPostgres.StartAsync(root, home);
            BenchUser small, some, many;
            await using (var first = await StartAsync(home, postgres.ConnectionString))
            {
                small = await BenchUser.SignUpAsync(first.Url);
                some = await BenchUser.SignUpAsync(first.Url);
                many = await BenchUser.SignUpAsync(first.Url);
                await FillAsync(first.Url, small, 100, 10, 2);
                await FillAsync(first.Url, some, 1_900, 40, 8);
                await FillAsync(first.Url, many, 15_000, 250, 10);
            }
            await using (var host = await StartAsync(home, postgres.ConnectionString))
            {
                for (var i = 0; i < 30; i++) await ReadAsync(host.Url, small);
                await MeasureAsync(host.Url, some, "api-1900", 1000, 50);
                await MeasureAsync(host.Url, many, "api-15k", 5000, 50);
            }
            // One that holds nothing of the reads before: what is collected of them would be measured with it.
            await using (var host = await StartAsync(home, postgres.ConnectionString))
                await CommitAsync(host.Url, postgres.ConnectionString, home);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
        return 0;
    }

    /// <summary>Tokens name their issuer: the same one after the restart, on whatever port.</summary>
    private static Task<Server> StartAsync(string home, string connectionString) =>
        Server.StartAsync(
            "AgentInvest.LocalHost.dll",
            [],
            home,
            connectionString,
            new Dictionary<string, string> { ["Auth__PublicOrigin"] = "http://localhost" }
        );

    /// <summary>Holdings, lots and all returns.</summary>
    private static async Task ReadAsync(Uri host, BenchUser user)
    {
        foreach (var path in new[] { "/v1/portfolio/performance?range=max", "/v1/portfolio", "/v1/portfolio/lots" })
            await user.GetAsync(new Uri(host, path));
    }

    private static async Task MeasureAsync(Uri host, BenchUser user, string name, double coldLimit, double warmLimit)
    {
        var begin = Stopwatch.GetTimestamp();
        await ReadAsync(host, user);
        Show($"{name} cold-ms", Stopwatch.GetElapsedTime(begin).TotalMilliseconds, "limit", coldLimit);
        foreach (var what in new[] { "portfolio/performance?range=max", "portfolio", "portfolio/lots" })
        {
            var times = new List<double>();
            for (var i = 0; i < 25; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await user.GetAsync(new Uri(host, "/v1/" + what));
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            Show($"{name} warm-{what.Split('?')[0].Split('/')[^1]}-ms", Median(times), "limit", warmLimit);
        }
    }

    /// <summary>Ten listed names, the others the user's own with a price for every working day; three purchases to each sale.</summary>
    private static async Task FillAsync(Uri host, BenchUser user, int count, int symbols, int years)
    {
        var random = new Random(count);
        var days = Enumerable
            .Range(0, years * 365)
            .Select(Begin.AddDays)
            .Where(d => d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            .ToArray();
        for (var s = Listed.Length; s < symbols; s++)
        {
            var price = 20.0 + random.Next(200);
            await user.SendAsync(
                HttpMethod.Post,
                new Uri(host, "/v1/portfolio/instruments"),
                JsonContent.Create(
                    new
                    {
                        symbol = "@S" + s,
                        name = "S" + s,
                        currency = "USD",
                        @class = "equity",
                    }
                )
            );
            await user.SendAsync(
                HttpMethod.Put,
                new Uri(host, $"/v1/portfolio/instruments/@S{s}/prices"),
                JsonContent.Create(
                    new
                    {
                        items = days.Select(d => new
                        {
                            date = d,
                            price = Math.Round(price *= Math.Exp(0.04 * (random.NextDouble() - 0.498)), 2),
                        }),
                    }
                )
            );
        }
        var held = new decimal[symbols];
        var csv = new StringBuilder("type,symbol,quantity,price,executedAt\n");
        for (var n = 0; n < count; n++)
        {
            var s = random.Next(symbols);
            var sell = n % 4 == 3 && held[s] > 1;
            var quantity = sell ? decimal.Round(held[s] / 2, 4) : random.Next(1, 400) / 4m;
            held[s] += sell ? -quantity : quantity;
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{(sell ? "sell" : "buy")},{(s < Listed.Length ? Listed[s] : "@S" + s)},{quantity},{50 + random.Next(5000) / 100m},"
            );
            var day = days[(int)((long)n * days.Length / count)];
            csv.Append(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}T15:{n / 60 % 60:00}:{n % 60:00}Z\n");
        }
        var imported = await user.SendAsync(
            HttpMethod.Post,
            new Uri(host, "/v1/portfolio/transactions/import?format=csv"),
            new StringContent(csv.ToString(), Encoding.UTF8, "text/csv")
        );
        // A split of a listed name after a sale of half is the feed's; what is refused would be measured as if it were there.
        if (imported.GetProperty("failed").GetInt32() > count / 100)
            throw new InvalidOperationException($"{imported.GetProperty("failed")} rows were refused.");
        // What the import has started must not work beside what is measured.
        for (
            var i = 0;
            JsonDocument.Parse(await user.GetAsync(new Uri(host, "/v1/portfolio/analytics"))).RootElement.GetProperty("status").GetString()
                != "ready";
            i++
        )
        {
            if (i == 600) throw new TimeoutException("The analytics of the import did not end.");
            await Task.Delay(100);
        }
    }

    private static async Task CommitAsync(Uri host, string connectionString, string home)
    {
        if (!PgBench.IsInstalled("commit ms")) return;
        var (user, peer) = (await BenchUser.SignUpAsync(host), await BenchUser.SignUpAsync(host));
        var script = Path.Combine(home, "booking.sql");
        await File.WriteAllTextAsync(script, Statements);
        List<double> ours = [], theirs = [];
        for (var round = 0; round < 11; round++)
        {
            var (mine, other) = (await user.OpenPortfolioAsync(host), await peer.OpenPortfolioAsync(host));
            var begin = Stopwatch.GetTimestamp();
            for (var i = 0; i < CommitsPerRound; i++)
                await user.SendAsync(
                    HttpMethod.Post,
                    new Uri(host, $"/v1/portfolio/transactions?portfolioId={mine}"),
                    JsonContent.Create(
                        new
                        {
                            type = "buy",
                            symbol = "BTC-USD",
                            quantity = 0.5,
                            price = 30000 + i,
                            executedAt = "2024-01-02T15:00:00Z",
                        }
                    )
                );
            var a = Stopwatch.GetElapsedTime(begin).TotalMilliseconds / CommitsPerRound;
            var b =
                1000
                / await PgBench.TransactionsPerSecondAsync(
                    connectionString,
                    [script],
                    1,
                    CommitsPerRound,
                    ("user", peer.Id.ToString()),
                    ("portfolio", other.ToString())
                );
            // Warm-up, until tiered compilation is over.
            if (round < 4) continue;
            ours.Add(a);
            theirs.Add(b);
        }
        Show("commit ms", Median(ours), "pgbench-same-statements", Median(theirs), 2);
    }

    /// <summary>What a booking asks of PostgreSQL, statement by statement; the outbox kind is one that nobody drains.</summary>
    private const string Statements = """
        begin;
        select user_id, id, name, base_currency, cost_basis_method, version, created_at from portfolio.portfolios
          where user_id = :user and id = :portfolio for update;
        select * from portfolio.transactions where user_id = :user and portfolio_id = :portfolio and symbol = any (array['BTC-USD'])
          and reversed_by is null order by executed_at, seq;
        select distinct symbol, new_symbol from portfolio.transactions where user_id = :user and portfolio_id = :portfolio
          and new_symbol is not null and reversed_by is null;
        select symbol, type, executed_at from portfolio.transactions where user_id = :user and portfolio_id = :portfolio
          and symbol = any (array['BTC-USD']) and source = 'feed' and reversed_by = id;
        insert into portfolio.transactions (user_id, portfolio_id, id, type, symbol, quantity, price, fee, tax, currency,
            fx_rate, executed_at, source)
          values (:user, :portfolio, gen_random_uuid(), 'buy', 'BTC-USD', 0.5, 30000, 0, 0, 'USD', 1, '2024-01-02', 'user') returning *;
        update portfolio.portfolios set version = version + 1 where user_id = :user and id = :portfolio;
        insert into core.outbox (kind, key, payload) values ('bench.peer', :portfolio, jsonb_build_object('version', 1))
          on conflict (kind, key) where key is not null do update set payload = excluded.payload, attempts = 0, due_at = now();
        select core.audit_add(:user, now(), 'portfolio.booked', null, repeat('x', 300));
        end;

        """;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Show(string metric, double value, string peer, double peerValue, int digits = 1) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"bench {metric} {Math.Round(value, digits)} peer {peer} {Math.Round(peerValue, digits)} ratio {peerValue / value:0.00}"
            )
        );
}
