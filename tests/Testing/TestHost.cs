using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AgentInvest.LocalHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentInvest.Testing;

/// <summary>
/// The whole host within the test's process, on a port and a database of its own: everything between socket and disk is real.
/// </summary>
public class TestHost : IAsyncLifetime
{
    private WebApplication? _app;
    private TestDatabase? _database;

    /// <summary>Settings beyond the defaults of tests, <c>Section:Key</c>.</summary>
    public virtual IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>();

    /// <summary>A database that another host has as well; null for one of its own.</summary>
    public string? SharedDatabase { get; init; }

    /// <summary>The host's time: the machine's, until a test moves it on.</summary>
    public ShiftedTime Time { get; init; } = new();

    public IServiceProvider Services => _app!.Services;
    public Uri Url { get; private set; } = null!;
    public HttpClient Client { get; private set; } = null!;
    public string ConnectionString { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (SharedDatabase is null) _database = await TestDatabase.CreateAsync();
        ConnectionString = SharedDatabase ?? _database!.ConnectionString;
        var port = Ports.Free();
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Postgres"] = ConnectionString,
            ["Security:MasterKey"] = Convert.ToBase64String(Encoding.ASCII.GetBytes("a master key for tests, 32 bytes")),
            ["Auth:PasswordCost"] = "4",
            ["Auth:PublicOrigin"] = $"http://127.0.0.1:{port}",
            ["RateLimits:Anonymous"] = "1000000",
            ["RateLimits:Free"] = "1000000",
            ["RateLimits:Login"] = "1000000",
        });
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(Time);
        FunctionHost.AddServices(builder);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        _app = builder.Build();
        FunctionHost.Map(_app);
        await _app.StartAsync();
        Url = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = new HttpClient { BaseAddress = Url };
    }

    public virtual async Task DisposeAsync()
    {
        Client.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Another host on this one's database, keys and origin: its tokens are good here, as behind one gateway.</summary>
    public async Task<TestHost> StartTwinAsync()
    {
        var twin = new TwinHost(this);
        await twin.InitializeAsync();
        return twin;
    }

    private sealed class TwinHost : TestHost
    {
        public TwinHost(TestHost first)
        {
            SharedDatabase = first.ConnectionString;
            Time = first.Time;
            Settings = new Dictionary<string, string?>(first.Settings) { ["Auth:PublicOrigin"] = first.Url.ToString().TrimEnd('/') };
        }

        public override IReadOnlyDictionary<string, string?> Settings { get; }
    }

    public async Task<TestUser> SignUpAsync()
    {
        var user = new TestUser(Url, $"user-{Guid.NewGuid():N}@example.com", "correct horse battery " + Guid.NewGuid().ToString("N")[..8]);
        await user.RegisterAsync();
        await user.LogInAsync();
        return user;
    }
}

/// <summary>The machine's time, moved on by a test; timers keep the machine's pace.</summary>
public sealed class ShiftedTime : TimeProvider
{
    private long _shift;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _shift));
    public override long GetTimestamp() =>
        base.GetTimestamp() + (long)(TimeSpan.FromTicks(Interlocked.Read(ref _shift)).TotalSeconds * TimestampFrequency);
}

/// <summary>An answer, read.</summary>
public sealed record Reply(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;
    public string? Code => Json.TryGetProperty("code", out var code) ? code.GetString() : null;
    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) ? string.Join(",", values)
        : ContentHeaders.TryGetValues(name, out var content) ? string.Join(",", content)
        : null;
}

/// <summary>Somebody with an account, calling the API.</summary>
public sealed class TestUser(Uri url, string email, string password)
{
    private readonly HttpClient _http = new() { BaseAddress = url };

    public Uri Url => url;
    public string Email => email;
    public string Password => password;
    public string Token { get; set; } = "";
    public string RefreshToken { get; set; } = "";

    public async Task RegisterAsync()
    {
        await Expect(202, await PostAsync("/v1/auth/register", new { email, password }));
        var token = (await LatestMailAsync()).GetProperty("token").GetString();
        await Expect(204, await PostAsync("/v1/auth/verify-email", new { token }));
    }

    public async Task<Reply> LogInAsync()
    {
        var reply = await PostAsync("/v1/auth/login", new { email, password });
        await Expect(200, reply);
        Token = reply.Json.GetProperty("accessToken").GetString()!;
        RefreshToken = reply.Json.GetProperty("refreshToken").GetString()!;
        return reply;
    }

    /// <summary>The mails to this user, the newest first.</summary>
    public async Task<List<JsonElement>> MailsAsync() =>
        (await GetAsync($"/v1/dev/outbox?to={Uri.EscapeDataString(email)}")).Json.GetProperty("items").EnumerateArray().ToList();

    public async Task<JsonElement> LatestMailAsync() =>
        (await GetAsync($"/v1/dev/outbox?to={Uri.EscapeDataString(email)}")).Json.GetProperty("items")[0];

    public Task<Reply> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);
    public Task<Reply> PostAsync(string path, object? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : JsonContent.Create(body), headers);
    public Task<Reply> DeleteAsync(string path, object? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Delete, path, body is null ? null : JsonContent.Create(body), headers);
    public Task<Reply> PostRawAsync(string path, string body, string type = "application/json") =>
        SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, type));

    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (Token.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http.SendAsync(request);
        return new Reply(response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A purchase, as short as tests want it.</summary>
    public Task<Reply> BuyAsync(string symbol, decimal quantity, decimal price, string at, string query = "") =>
        PostAsync("/v1/portfolio/transactions" + query, new { type = "buy", symbol, quantity, price, executedAt = at });

    public Task<Reply> SellAsync(string symbol, decimal quantity, decimal price, string at, string query = "") =>
        PostAsync("/v1/portfolio/transactions" + query, new { type = "sell", symbol, quantity, price, executedAt = at });

    private static Task Expect(int status, Reply reply)
    {
        Assert.True((int)reply.Status == status, $"{(int)reply.Status} instead of {status}: {reply.Text}");
        return Task.CompletedTask;
    }
}
