using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AgentInvest.LocalHost.Postgres;

namespace AgentInvest.Bench;

/// <summary>
/// Authenticated requests against the whole host, beside <see cref="Peer"/> in a process of its own on the same database, in alternating rounds of one run.
/// What counts is the processor time of the server process per request, the median over the rounds: on a busy machine it moves least. PostgreSQL's own
/// time is in neither.
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
        var users = new List<User>();
        for (var i = 0; i < Clients; i++) users.Add(await User.SignUpAsync(host.Url));
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
        HttpRequestMessage Book(int i) => users[i % Clients].Request(HttpMethod.Post, new Uri(host.Url, $"/v1/portfolio/transactions?portfolioId={ours[i % Clients]}"), Booking(i));
        HttpRequestMessage PeerBook(int i) => new(HttpMethod.Post, new Uri(peer.Url, $"/book/{users[i % Clients].Id}/{theirs[i % Clients]}")) { Content = Booking(i) };
        await CompareAsync("booking", "kestrel+npgsql", 400, new(host, Book, () => OpenAsync(ours)), new(peer, PeerBook, () => OpenAsync(theirs)));
    }

    private static StringContent Booking(int i) =>
        new($$"""{"type":"buy","symbol":"BTC-USD","quantity":0.5,"price":{{30000 + i}},"executedAt":"2024-01-02T15:00:00Z"}""", Encoding.UTF8, "application/json");

    private sealed record Side(Server Server, Func<int, HttpRequestMessage> Request, Func<Task>? Prepare = null);

    private static async Task CompareAsync(string name, string peerName, int requests, Side ours, Side peers)
    {
        // Until the compiler has settled on optimised code, and some seconds for its background thread to get there.
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
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bench http {name}-cpu-us {a:0.0} peer {peerName} {b:0.0} ratio {b / a:0.00}"));
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
                using var answer = await User.Http.SendAsync(side.Request(i));
                await answer.Content.ReadAsByteArrayAsync();
                answer.EnsureSuccessStatusCode();
            }
        }));
        return (side.Server.ProcessorTime - before).TotalMicroseconds / requests;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed class User(Guid id, string token)
    {
        public static HttpClient Http { get; } = new();

        public Guid Id => id;

        public HttpRequestMessage Request(HttpMethod method, Uri url, HttpContent? content = null) =>
            new(method, url) { Content = content, Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

        public static async Task<User> SignUpAsync(Uri host)
        {
            var credentials = new { email = $"bench-{Guid.NewGuid():N}@example.com", password = Guid.NewGuid().ToString() };
            await PostAsync(new Uri(host, "/v1/auth/register"), credentials);
            var mails = await Http.GetFromJsonAsync<JsonElement>(new Uri(host, "/v1/dev/outbox?to=" + credentials.email));
            await PostAsync(new Uri(host, "/v1/auth/verify-email"), new { token = mails.GetProperty("items")[0].GetProperty("token").GetString() });
            var tokens = JsonDocument.Parse(await PostAsync(new Uri(host, "/v1/auth/login"), credentials)).RootElement;
            return new User(tokens.GetProperty("user").GetProperty("id").GetGuid(), tokens.GetProperty("accessToken").GetString()!);
        }

        public async Task<Guid> OpenPortfolioAsync(Uri host)
        {
            using var answer = await Http.SendAsync(Request(HttpMethod.Post, new Uri(host, "/v1/portfolios"), JsonContent.Create(new { name = Guid.NewGuid().ToString() })));
            answer.EnsureSuccessStatusCode();
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        }

        private static async Task<string> PostAsync(Uri url, object body)
        {
            using var answer = await Http.PostAsJsonAsync(url, body);
            var text = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{url} answered {(int)answer.StatusCode}: {text}");
        }
    }
}
