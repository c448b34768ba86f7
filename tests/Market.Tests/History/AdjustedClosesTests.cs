using System.Runtime.CompilerServices;
using AgentInvest.AI.Models;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Bars;
using AgentInvest.Market.History;
using AgentInvest.Market.Providers;
using AgentInvest.Market.Realtime;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using static AgentInvest.Market.Tests.Markets;

namespace AgentInvest.Market.Tests.History;

/// <summary>What is asked of a provider that does not answer.</summary>
public sealed class AdjustedClosesTests
{
    private static readonly Cache Cache = new(
        new ServiceCollection().AddHybridCache().Services.BuildServiceProvider().GetRequiredService<HybridCache>()
    );

    private static AdjustedCloses Closes(IMarketProvider provider) =>
        new(new ProviderChain([provider]), new DailyBars(null!, Cache, TimeProvider.System));

    [Fact]
    public async Task A_provider_that_is_away_is_reported()
    {
        var problem = await Assert.ThrowsAsync<ProblemException>(() =>
            Closes(new AwayProvider()).LoadAsync(["SPY"], "symbols", 10, Day("2026-01-05"), CancellationToken.None)
        );
        Assert.Equal((503, "provider_unavailable"), (problem.Problem.Status, problem.Problem.Code));
    }

    [Fact]
    public async Task Models_are_not_said_to_be_none_while_the_provider_is_away()
    {
        var models = new ListModels(Closes(new AwayProvider()), Cache, TimeProvider.System);
        var problem = await Assert.ThrowsAsync<ProblemException>(() => models.HandleAsync(CancellationToken.None));
        Assert.Equal(503, problem.Problem.Status);
    }

    [Fact]
    public async Task A_market_without_the_reference_has_no_models()
    {
        using var folder = new Folder();
        var models = new ListModels(Closes(Replay(folder.Path)), Cache, TimeProvider.System);
        Assert.Empty((await models.HandleAsync(CancellationToken.None)).Items);
    }

    private sealed class AwayProvider : IMarketProvider
    {
        public string Source => "away";
        public string Version => throw Away();
        public IReadOnlyCollection<Instrument> Instruments => throw Away();
        public bool Ticks => throw Away();

        public Instrument? Find(string symbol) => throw Away();

        public Quote QuoteOf(string symbol, DateTimeOffset now) => throw Away();

        public QuoteTick TickOf(string symbol, DateTimeOffset now) => throw Away();

        public IReadOnlyList<Bar> Daily(string symbol, DateOnly from, DateOnly to, DateTimeOffset now) => throw Away();

        public IReadOnlyList<Bar> Minutes(string symbol, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now) => throw Away();

        public IReadOnlyList<CorporateAction> Actions(string symbol, DateTimeOffset now) => throw Away();

        private static ProblemException Away([CallerMemberName] string member = "") => Problems.ProviderUnavailable($"{member}: away.");
    }
}
