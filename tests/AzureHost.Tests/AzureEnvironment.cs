using System.Net;
using AgentInvest.AzureHost.Tests.Host;

namespace AgentInvest.AzureHost.Tests;

/// <summary>
/// All four apps as deployed, each under a Functions host of its own with its own task hub, behind one gateway; on a real PostgreSQL, with
/// Azurite as the storage account and a mail server that keeps what it is sent.
/// </summary>
public sealed class AzureEnvironment : IAsyncLifetime
{
    private readonly Dictionary<string, FunctionsHost> _apps = [];
    private readonly string _home = Directory.CreateTempSubdirectory("agentinvest-azure-").FullName;
    private StorageEmulator? _storage;
    private TestDatabase? _database;
    private Gateway? _gateway;

    public SmtpListener Mails { get; } = new();

    public Uri Url => _gateway!.Url;

    public string ConnectionString => _database!.ConnectionString;

    public IReadOnlyDictionary<string, FunctionsHost> Apps => _apps;

    public FunctionsHost Auth => _apps["Auth"];

    public FunctionsHost Market => _apps["Market"];

    public FunctionsHost Portfolio => _apps["Portfolio"];

    public async Task InitializeAsync()
    {
        try
        {
            await StartAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        foreach (var app in _apps.Values) await app.DisposeAsync();
        if (_storage is not null) await _storage.DisposeAsync();
        await Mails.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>Somebody with an account who is signed in.</summary>
    public async Task<TestUser> SignUpAsync()
    {
        var user = new TestUser(Url, $"user-{Guid.NewGuid():N}@example.com", "vq7-Tarmac-oblong-4411");
        AssertStatus(202, await user.PostAsync("/v1/auth/register", new { email = user.Email, password = user.Password }));
        await Auth.FireAsync("SendMails");
        var mail = await Mails.NextToAsync(user.Email, TimeSpan.FromSeconds(20));
        var token = System.Text.RegularExpressions.Regex.Match(mail.TextBody!, "token=([A-Za-z0-9_-]+)").Groups[1].Value;
        AssertStatus(204, await user.PostAsync("/v1/auth/verify-email", new { token }));
        await user.LogInAsync();
        return user;
    }

    /// <summary>Asks until the answer is as wanted; a host whose worker is being replaced answers 502 without a body.</summary>
    public static async Task<Reply> EventuallyAsync(Func<Task<Reply>> ask, Func<Reply, bool> wanted)
    {
        for (var i = 0; ; i++)
        {
            var reply = await ask();
            if (reply.Status != HttpStatusCode.BadGateway && wanted(reply)) return reply;
            Assert.True(i < 600, $"Not within a minute; the last answer was {(int)reply.Status} {reply.Text}");
            await Task.Delay(100);
        }
    }

    /// <summary>The job that was started, once it has completed.</summary>
    public async Task<Reply> CompletedJobAsync(TestUser user, Reply started)
    {
        AssertStatus(202, started);
        var url = started.Json.GetProperty("statusUrl").GetString()!;
        try
        {
            return await EventuallyAsync(() => user.GetAsync(url), r => r.Json.GetProperty("status").GetString() == "completed");
        }
        catch (Xunit.Sdk.TrueException e)
        {
            var instance = await Portfolio.Durable.FindAsync(started.Json.GetProperty("instanceId").GetString()!);
            throw new Xunit.Sdk.XunitException($"{e.Message}\nIts hub says {instance?.RuntimeStatus}: {instance?.Output}");
        }
    }

    /// <summary>The settings that an app needs wherever it runs.</summary>
    public static Dictionary<string, string> Settings(string connectionString) => new()
    {
        ["ConnectionStrings__Postgres"] = connectionString,
        ["Security__MasterKey"] = Convert.ToBase64String(new byte[32]),
        ["Auth__PublicOrigin"] = "http://localhost:7071",
        ["Auth__PasswordCost"] = "4",
        ["RateLimits__Anonymous"] = "1000000",
        ["RateLimits__Free"] = "1000000",
        ["RateLimits__Login"] = "1000000",
    };

    private static void AssertStatus(int status, Reply reply) =>
        Assert.True((int)reply.Status == status, $"{(int)reply.Status} instead of {status}: {reply.Text}");

    private async Task StartAsync()
    {
        var packed = await PackedApps.RootAsync();
        Mails.Start();
        _database = await TestDatabase.CreateAsync();
        _storage = await StorageEmulator.StartAsync();
        var hosts = PackedApps.Names.Select(app => FunctionsHost.StartAsync(Path.Combine(packed, app), SettingsOf(app))).ToList();
        // Those that started are ended also where one did not.
        await Task.WhenAny(Task.WhenAll(hosts));
        foreach (var (app, host) in PackedApps.Names.Zip(hosts))
            if (host.IsCompletedSuccessfully) _apps[app] = await host;
        await Task.WhenAll(hosts);
        _gateway = await Gateway.StartAsync(_apps);
    }

    private Dictionary<string, string> SettingsOf(string app) => new(Settings(ConnectionString))
    {
        ["AzureWebJobsStorage"] = _storage!.ConnectionString,
        ["TASKHUB_NAME"] = "hub" + app.ToLowerInvariant(), // three characters at least
        // As an environment without the scheduler: app settings go before host.json. A killed host's work is noticed no sooner than a
        // minute.
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__type"] = "AzureStorage",
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName"] = "AzureWebJobsStorage",
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__partitionCount"] = "1",
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__maxQueuePollingInterval"] = "00:00:00.200",
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__controlQueueVisibilityTimeout"] = "00:01:00",
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__workItemQueueVisibilityTimeout"] = "00:01:00",
        ["Audit__AnchorFile"] = Path.Combine(_home, "audit.anchor"),
        ["Mail__Smtp__Host"] = "127.0.0.1",
        ["Mail__Smtp__Port"] = $"{Mails.Port}",
        ["Mail__Smtp__From"] = "agentinvest@example.com",
    };
}

/// <summary>Shared by every test that needs the whole environment.</summary>
[CollectionDefinition(nameof(AzureEnvironment))]
public sealed class SharedAzureEnvironment : ICollectionFixture<AzureEnvironment>;
