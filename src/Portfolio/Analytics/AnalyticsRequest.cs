using AgentInvest.Core;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Analytics;

/// <summary>Asks for the analytics of one version of a ledger; the outbox's message and the orchestration's input.</summary>
public sealed record AnalyticsRequest(Guid UserId, Guid PortfolioId, long Version)
{
    public const string OutboxKind = "portfolio.analytics";
    public const string JobKind = "analytics";

    /// <summary>One orchestration per version: asking twice starts one.</summary>
    public string InstanceId => $"analytics-{PortfolioId:N}-{Version}";

    /// <summary>With the booking, in its transaction. Requests that still wait collapse into the newest.</summary>
    internal static async Task AddAsync(Tx tx, PortfolioRow portfolio, long version, CancellationToken ct)
    {
        var request = new AnalyticsRequest(portfolio.UserId, portfolio.Id, version);
        await Outbox.AddAsync(tx, OutboxKind, request, portfolio.Id.ToString(), ct);
    }
}
