using System.Reflection;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Jobs;
using AgentInvest.Functions.Auth;
using AgentInvest.Functions.Portfolio;
using AgentInvest.Functions.Runtime;
using AgentInvest.Portfolio.Analytics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AgentInvest.Api.Tests;

/// <summary>What each app promises, kept in that app's own process.</summary>
public sealed class AppTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    public static TheoryData<string> Apps => [.. SingleAppHost.Apps.Keys];

    [Theory, MemberData(nameof(Apps))]
    public async Task An_app_resolves_everything_its_functions_need(string app)
    {
        await using var host = SingleAppHost.Build(app, _database.ConnectionString);
        var classes = SingleAppHost
            .Apps[app]
            .Assembly.GetTypes()
            .Where(t => t.GetMethods().Any(m => m.IsDefined(typeof(FunctionAttribute))))
            .Where(t => !t.IsAbstract)
            .ToList();
        Assert.NotEmpty(classes);
        await using var scope = host.Services.CreateAsyncScope();
        foreach (var type in classes)
            Assert.NotNull(ActivatorUtilities.CreateInstance(scope.ServiceProvider, type));
        Assert.NotEmpty(host.Services.GetServices<IHostedService>());
    }

    [Theory, MemberData(nameof(Apps))]
    public async Task An_app_registers_nothing_that_it_cannot_build(string app)
    {
        IServiceCollection? registered = null;
        await using var host = SingleAppHost.Build(app, _database.ConnectionString, services => registered = services);
        await using var scope = host.Services.CreateAsyncScope();
        var ours = registered!.Where(s =>
            !s.ServiceType.ContainsGenericParameters && s.ServiceType.Namespace?.StartsWith("AgentInvest", StringComparison.Ordinal) == true
        );
        foreach (var service in ours)
            Assert.NotEmpty(scope.ServiceProvider.GetServices(service.ServiceType));
    }

    /// <summary>The kinds of messages that features leave in the outbox, and the app whose timer carries them out.</summary>
    private static readonly Dictionary<string, string> Drains = new()
    {
        ["auth.mail"] = AuthApp.Name,
        ["auth.erase"] = AuthApp.Name,
        ["auth.export"] = AuthApp.Name,
        [AnalyticsRequest.OutboxKind] = PortfolioApp.Name,
        [JobLedger.TerminationKind(PortfolioApp.Name)] = PortfolioApp.Name,
    };

    [Fact]
    public void Every_kind_of_message_has_an_app_that_carries_it_out()
    {
        var kinds = new[] { typeof(Mail), typeof(AnalyticsRequest), typeof(Outbox) }
            .SelectMany(t => t.Assembly.GetTypes())
            .Select(t => t.GetField("OutboxKind", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .OfType<FieldInfo>()
            .Select(f => (string)f.GetRawConstantValue()!);
        Assert.Equal(Drains.Keys.Where(k => !k.StartsWith("jobs.", StringComparison.Ordinal)).Order(), kinds.Order());
    }

    public static TheoryData<string> Kinds => [.. Drains.Keys];

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_message_is_taken_by_the_app_that_owns_its_kind(string kind)
    {
        await using var host = SingleAppHost.Build(Drains[kind], _database.ConnectionString);
        var db = host.Services.GetRequiredService<Db>();
        // Nothing that could be carried out: it is tried, fails and waits, or is crossed out as of nobody.
        await db.ExecuteAsync("insert into core.outbox (kind, payload) values ($1, '[]')", CancellationToken.None, kind);
        await host.StartAsync();
        try
        {
            await AuthDataTests.EventuallyAsync(async () =>
                await db.OneAsync(
                    "select not exists (select from core.outbox where kind = $1 and attempts = 0)",
                    r => r.GetBoolean(0),
                    CancellationToken.None,
                    kind
                )
            );
        }
        finally
        {
            await host.StopAsync();
        }
    }
}
