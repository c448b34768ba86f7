using AgentInvest.Core.Data;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Analytics;

/// <summary>Asks for the analytics of one version of a ledger; the outbox's message and the orchestration's input.</summary>
public sealed record AnalyticsRequest(Guid UserId, Guid PortfolioId, long Version)
{
    public const string OutboxKind = "portfolio.analytics";
    public const string JobKind = "analytics";

    /// <summary>So that a run of bookings is analysed once, not once a second.</summary>
    private static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    /// <summary>One job per version while it runs: asking twice starts one.</summary>
    public string JobKey => $"{PortfolioId:N}-{Version}";

    /// <summary>With the booking, in its transaction. Requests that still wait collapse into the newest.</summary>
    internal static Task AddAsync(Tx tx, PortfolioRow portfolio, CancellationToken ct) =>
        Outbox.AddAsync(tx, OutboxKind, Of(portfolio), portfolio.Id.ToString(), ct, After);

    /// <summary>The same with other statements in one trip.</summary>
    internal static void Add(Batch batch, PortfolioRow portfolio) =>
        Outbox.Add(batch, OutboxKind, Of(portfolio), portfolio.Id.ToString(), After);

    internal static AnalyticsRequest Of(PortfolioRow portfolio) => new(portfolio.UserId, portfolio.Id, portfolio.Version);
}
