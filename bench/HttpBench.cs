using System.Globalization;
using System.Text;
using AgentInvest.LocalHost.Postgres;

namespace AgentInvest.Bench;

/// <summary>
/// Authenticated requests against the whole host, beside <see cref="Peer"/> in a process of its own on the same database, in alternating
/// rounds of one run. What counts is the processor time of the server process per request, the median over the rounds: on a busy machine it
/// moves least. PostgreSQL's own time is in neither.
/// </summary>
internal static class HttpBench
{
    private const int Rounds = 7;
    private const int WarmUp = 15_000;
    private const int Clients = 4;

    public static async Task<int> RunAsync()
    {
        var root = Environment.GetEnvironmentVariable("AGENTINVEST_ROOT") ?? Directory.GetCurrentDirectory();
        var home = Directory.CreateTempSubdirectory("agentinvest-bench").FullName;
        try
        {
            await using var postgres = await EmbeddedPostgres.StartAsync(root, home);
            await using var host = await Server.StartAsync("AgentInvest.LocalHost.dll", [], home, postgres.ConnectionString);
            await using var peer = await Server.StartAsync("AgentInvest.Bench.dll", ["peer"], home, postgres.ConnectionString);
            await MeasureAsync(host, peer);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
        return 0;
    }

    private static async Task MeasureAsync(Server host, Server peer)
    {
        var users = new List<BenchUser>();
        for (var i = 0; i < Clients; i++) users.Add(await BenchUser.SignUpAsync(host.Url));
        HttpRequestMessage Quote(int i) => users[i % Clients].Request(HttpMethod.Get, new Uri(host.Url, "/v1/market/stocks/AAPL"));
        HttpRequestMessage PeerQuote(int i) => new(HttpMethod.Get, new Uri(peer.Url, "/quote/AAPL"));
        HttpRequestMessage PeerMemory(int i) => new(HttpMethod.Get, new Uri(peer.Url, "/memory/AAPL"));
        await CompareAsync("quote", "kestrel+npgsql", 5000, new(host, Quote), new(peer, PeerQuote));
        await CompareAsync("quote", "kestrel", 5000, new(host, Quote), new(peer, PeerMemory));

        // Each side books to portfolios of its own, new ones in each round: a hundred entries each at its end.
        var (ours, theirs) = (new Guid[Clients], new Guid[Clients]);
        async Task OpenAsync(Guid[] portfolios)
        {
            for (var i = 0; i < Clients; i++) portfolios[i] = await users[i].OpenPortfolioAsync(host.Url);
        }
        HttpRequestMessage Book(int i) =>
            users[i % Clients]
                .Request(HttpMethod.Post, new Uri(host.Url, $"/v1/portfolio/transactions?portfolioId={ours[i % Clients]}"), Booking(i));
        HttpRequestMessage PeerBook(int i) =>
            new(HttpMethod.Post, new Uri(peer.Url, $"/book/{users[i % Clients].Id}/{theirs[i % Clients]}")) { Content = Booking(i) };
        await CompareAsync(
            "booking",
            "kestrel+npgsql",
            400,
            new(host, Book, () => OpenAsync(ours)),
            new(peer, PeerBook, () => OpenAsync(theirs))
        );
    }

    private static StringContent Booking(int i) =>
        new(
            $$"""{"type":"buy","symbol":"BTC-USD","quantity":0.5,"price":{{30000 + i}},"executedAt":"2024-01-02T15:00:00Z"}""",
            Encoding.UTF8,
            "application/json"
        );

    private sealed record Side(Server Server, Func<int, HttpRequestMessage> Request, Func<Task>? Prepare = null);

    private static async Task CompareAsync(string name, string peerName, int requests, Side ours, Side peers)
    {
        // Warm-up, until tiered compilation is over, and some seconds for its background thread.
        for (var i = 0; i < WarmUp / requests; i++)
        {
            await RoundAsync(ours, requests);
            await RoundAsync(peers, requests);
        }
        List<double> mine = [], theirs = [];
        for (var round = 0; round < Rounds; round++)
        {
            mine.Add(await RoundAsync(ours, requests));
            theirs.Add(await RoundAsync(peers, requests));
        }
        var (a, b) = (Median(mine), Median(theirs));
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"bench http {name}-cpu-us {a:0.0} peer {peerName} {b:0.0} ratio {b / a:0.00}")
        );
    }

    /// <summary>Microseconds of the server's processor time per request.</summary>
    private static async Task<double> RoundAsync(Side side, int requests)
    {
        if (side.Prepare is not null) await side.Prepare();
        var next = -1;
        var before = side.Server.ProcessorTime;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < requests;)
            {
                using var answer = await BenchUser.Http.SendAsync(side.Request(i));
                await answer.Content.ReadAsByteArrayAsync();
                answer.EnsureSuccessStatusCode();
            }
        }));
        return (side.Server.ProcessorTime - before).TotalMicroseconds / requests;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
