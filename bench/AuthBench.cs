using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AgentInvest.LocalHost.Postgres;

namespace AgentInvest.Bench;

/// <summary>
/// Sign-in beside its lower bounds: bcrypt alone, the writes alone, an idle host, a random order. Sides alternate in rounds of one run and
/// the median counts, so that other work on the machine affects both.
/// </summary>
internal static class AuthBench
{
    private const int Cost = 12;
    private const int Pairs = 450;
    private const string Password = "a passphrase for benches";
    private static readonly HttpClient Http = new();

    public static async Task<int> RunAsync()
    {
        var root = Environment.GetEnvironmentVariable("AGENTINVEST_ROOT") ?? Directory.GetCurrentDirectory();
        var home = Directory.CreateTempSubdirectory("agentinvest-bench").FullName;
        try
        {
            await using var postgres = await EmbeddedPostgres.StartAsync(root, home);
            await using (
                var dear = await Server.StartAsync(
                    "AgentInvest.LocalHost.dll",
                    [],
                    home,
                    postgres.ConnectionString,
                    new Dictionary<string, string> { ["Auth__PasswordCost"] = $"{Cost}" }
                )
            )
            {
                await LoginCpuAsync(dear);
                await StarvationAsync(dear.Url);
            }
            await using var cheap = await Server.StartAsync("AgentInvest.LocalHost.dll", [], home, postgres.ConnectionString);
            await RefreshAsync(cheap.Url, postgres.ConnectionString, home);
            await TimingAsync(cheap.Url);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
        return 0;
    }

    /// <summary>Processor time of the host per sign-in at cost 12, beside that of bcrypt alone.</summary>
    private static async Task LoginCpuAsync(Server host)
    {
        var email = await SignUpAsync(host.Url);
        var hash = BCrypt.Net.BCrypt.HashPassword(Password, Cost);
        List<double> ours = [], bare = [];
        for (var round = 0; round < 13; round++)
        {
            // Ticks, timers and the outbox go on meanwhile: what they take of the processor while nobody signs in is taken off.
            var (idle, idleBegin) = (host.ProcessorTime, Stopwatch.GetTimestamp());
            await Task.Delay(1500);
            var rate = (host.ProcessorTime - idle) / Stopwatch.GetElapsedTime(idleBegin);
            var (before, begin) = (host.ProcessorTime, Stopwatch.GetTimestamp());
            for (var i = 0; i < 4; i++) (await LogInAsync(host.Url, email, Password)).EnsureSuccessStatusCode();
            // Warm-up, until tiered compilation is over.
            if (round > 3) ours.Add((host.ProcessorTime - before - Stopwatch.GetElapsedTime(begin) * rate).TotalMilliseconds / 4);
            using var self = Process.GetCurrentProcess();
            var start = self.TotalProcessorTime;
            for (var i = 0; i < 4; i++) BCrypt.Net.BCrypt.Verify(Password, hash);
            self.Refresh();
            if (round > 3) bare.Add((self.TotalProcessorTime - start).TotalMilliseconds / 4);
        }
        Print("login-cpu-ms", Median(ours), "bcrypt", Median(bare), Median(bare) / Median(ours));
    }

    /// <summary>
    /// Quotes while twenty callers keep the hashing queue full, beside quotes on the idle host. They come some hundreds a second, as users
    /// ask: a caller that asks again at once fills the only processor that hashing leaves on a machine with two, and what is measured is
    /// how long it waits for itself.
    /// </summary>
    private static async Task StarvationAsync(Uri host)
    {
        for (var i = 0; i < 500; i++) await QuoteAsync(host);
        List<double> idle = [], loaded = [];
        for (var round = 0; round < 7; round++)
        {
            // Warm-up, until tiered compilation is over.
            if (round == 2)
            {
                idle.Clear();
                loaded.Clear();
            }
            await QuotesAsync(host, idle);
            using var stop = new CancellationTokenSource();
            var flood = Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    using var answer = await LogInAsync(host, $"nobody{i}@example.com", "some passphrase");
                    if ((int)answer.StatusCode == 503) await Task.Delay(Random.Shared.Next(50, 150));
                }
            })).ToList();
            await Task.Delay(500);
            await QuotesAsync(host, loaded);
            await stop.CancelAsync();
            await Task.WhenAll(flood);
        }
        Print("quote-p99-ms-under-login-flood", P99(loaded), "idle", P99(idle), P99(idle) / P99(loaded));
    }

    private static async Task QuotesAsync(Uri host, List<double> times)
    {
        for (var i = 0; i < 1000; i++)
        {
            times.Add(await QuoteAsync(host));
            await Task.Delay(2);
        }
    }

    private static double P99(List<double> times) => times.Order().ElementAt(times.Count * 99 / 100);

    private static async Task<double> QuoteAsync(Uri host)
    {
        var begin = Stopwatch.GetTimestamp();
        using var answer = await Http.GetAsync(new Uri(host, "/v1/market/stocks/AAPL"));
        answer.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    /// <summary>
    /// Refreshes over HTTP beside pgbench doing the same write straight to PostgreSQL, by as many callers. The caller's own work is in
    /// both.
    /// </summary>
    private static async Task RefreshAsync(Uri host, string connectionString, string home)
    {
        const int Callers = 8, Each = 60, Sessions = 64;
        if (!PgBench.IsInstalled("auth refreshes-per-second-and-core")) return;
        var tokens = new string[Sessions];
        var scripts = new List<string>();
        for (var i = 0; i < Sessions; i++)
        {
            var login = await (await LogInAsync(host, await SignUpAsync(host), Password)).Content.ReadFromJsonAsync<JsonElement>();
            tokens[i] = login.GetProperty("refreshToken").GetString()!;
            // A refresh token begins with its session's id; the write keeps the counter of the token.
            var session = new Guid(System.Buffers.Text.Base64Url.DecodeFromChars(tokens[i]).AsSpan(0, 16), bigEndian: true);
            scripts.Add(Path.Combine(home, $"refresh-{i}.sql"));
            await File.WriteAllTextAsync(
                scripts[^1],
                "update auth.sessions set counter = counter + 0, rotated_at = rotated_at, last_seen_at = now() "
                    + $"where id = '{session}' and counter >= 0 and revoked_at is null;\n"
            );
        }
        List<double> ours = [], bare = [];
        for (var round = 0; round < 7; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            await Task.WhenAll(
                Enumerable
                    .Range(0, Callers)
                    .Select(async caller =>
                    {
                        for (var n = 0; n < Each; n++)
                        {
                            var i = caller * (Sessions / Callers) + n % (Sessions / Callers);
                            using var answer = await Http.PostAsJsonAsync(
                                new Uri(host, "/v1/auth/refresh"),
                                new { refreshToken = tokens[i] }
                            );
                            tokens[i] = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>())
                                .GetProperty("refreshToken")
                                .GetString()!;
                        }
                    })
            );
            var a = Callers * Each / Stopwatch.GetElapsedTime(begin).TotalSeconds;
            var b = await PgBench.TransactionsPerSecondAsync(connectionString, scripts, Callers, Each);
            if (round < 2) continue;
            ours.Add(a);
            bare.Add(b);
        }
        Print(
            "refreshes-per-second-and-core",
            Median(ours) / Environment.ProcessorCount,
            "pgbench-same-write",
            Median(bare) / Environment.ProcessorCount,
            Median(ours) / Median(bare)
        );
    }

    /// <summary>
    /// Whether response time distinguishes a known address from an unknown one, at low cost, where a difference is largest: the
    /// probability that of a pair the known one takes longer.
    /// </summary>
    private static async Task TimingAsync(Uri host)
    {
        var known = new List<string>();
        for (var i = 0; i < Pairs; i++) known.Add(await SignUpAsync(host));
        await CompareTimesAsync(host, "login", known, email => new { email, password = "a wrong passphrase" });
        await CompareTimesAsync(host, "forgot-password", known, email => new { email });
        await CompareTimesAsync(host, "register", known, email => new { email, password = Password });
    }

    private static async Task CompareTimesAsync(Uri host, string route, List<string> known, Func<string, object> body)
    {
        var url = new Uri(host, "/v1/auth/" + route);
        for (var i = 0; i < 100; i++) await TimeAsync(url, body($"warm{i}@example.com"));
        var random = new Random(1);
        List<double> first = [], second = [];
        foreach (var email in known)
        {
            var unknown = $"bench-{Guid.NewGuid():N}@example.com";
            // Which of the two goes first is left to chance, or the order would be what is measured.
            var flip = random.Next(2) == 0;
            var a = await TimeAsync(url, body(flip ? email : unknown));
            var b = await TimeAsync(url, body(flip ? unknown : email));
            first.Add(flip ? a : b);
            second.Add(flip ? b : a);
        }
        var wins = first.Sum(x => second.Count(y => x > y) + 0.5 * second.Count(y => x == y));
        var auc = wins / (first.Count * (double)second.Count);
        Print(route + "-timing-auc", auc, "coin", 0.5, (0.5 - Math.Abs(auc - 0.5)) / 0.5);
    }

    private static async Task<double> TimeAsync(Uri url, object body)
    {
        var begin = Stopwatch.GetTimestamp();
        using var answer = await Http.PostAsJsonAsync(url, body);
        await answer.Content.ReadAsByteArrayAsync();
        return Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
    }

    private static async Task<string> SignUpAsync(Uri host)
    {
        var email = $"bench-{Guid.NewGuid():N}@example.com";
        (await Http.PostAsJsonAsync(new Uri(host, "/v1/auth/register"), new { email, password = Password })).EnsureSuccessStatusCode();
        var mails = await Http.GetFromJsonAsync<JsonElement>(new Uri(host, "/v1/dev/outbox?to=" + email));
        (
            await Http.PostAsJsonAsync(
                new Uri(host, "/v1/auth/verify-email"),
                new { token = mails.GetProperty("items")[0].GetProperty("token").GetString() }
            )
        ).EnsureSuccessStatusCode();
        return email;
    }

    private static Task<HttpResponseMessage> LogInAsync(Uri host, string email, string password) =>
        Http.PostAsJsonAsync(new Uri(host, "/v1/auth/login"), new { email, password });

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Print(string metric, double value, string peer, double theirs, double ratio) =>
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"bench auth {metric} {value:0.###} peer {peer} {theirs:0.###} ratio {ratio:0.00}")
        );
}
