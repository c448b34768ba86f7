using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Portfolio.Assets;

/// <summary>
/// POST /portfolio/assets: a purchase in short. Without a price that day's close counts, for today the latest price; a past day is booked
/// at its noon, UTC.
/// </summary>
public sealed class AddAsset
{
    private readonly RecordTransaction _record;
    private readonly UserMarket _market;
    private readonly FindPortfolio _find;
    private readonly TimeProvider _time;

    internal AddAsset(RecordTransaction record, UserMarket market, FindPortfolio find, TimeProvider time) =>
        (_record, _market, _find, _time) = (record, market, find, time);

    public sealed record Request(string? Symbol, decimal? Quantity, decimal? Price, DateOnly? Date, decimal? Fee);

    public async Task<(TransactionView View, string ETag)> HandleAsync(
        CurrentUser user,
        Guid? portfolioId,
        Request r,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var now = _time.GetUtcNow();
        var today = Instants.DayOf(now);
        var check = new Check();
        check.That(r.Date is null || r.Date <= today, "date", "must not be in the future");
        var at = r.Date is { } day && day < today && day > DateOnly.MinValue ? Instants.StartOf(day).AddHours(12) : now;
        var request = new RecordTransaction.Request(
            "buy",
            r.Symbol,
            r.Quantity,
            r.Price ?? 0,
            null,
            r.Fee,
            null,
            null,
            null,
            null,
            at,
            null,
            null,
            null
        );
        TransactionRules.Check(check, request, now);
        check.ThrowIfAny();
        var portfolio = await _find.HandleAsync(user, portfolioId, ct);
        if (r.Price is null)
            request = request with { Price = await PriceAsync(user, AssetSymbols.Fold(r.Symbol!), Instants.DayOf(at), today, ct) };
        return await _record.BookAsync(portfolio, request, ifMatch, ct);
    }

    private async Task<decimal> PriceAsync(CurrentUser user, string symbol, DateOnly day, DateOnly today, CancellationToken ct)
    {
        if (await _market.FindAsync(user.Id, symbol, ct) is null) throw PortfolioProblems.UnknownSymbol(symbol);
        if (day == today && (await _market.QuotesAsync(user.Id, [symbol], ct)).TryGetValue(symbol, out var quote)) return quote.Price;
        var closes = await _market.ClosesAsync(user.Id, [symbol], day, day, ct);
        return closes.TryGetValue(symbol, out var c) && c.Days[0] <= day ? c.Prices[^1] : throw PortfolioProblems.NoPrice();
    }
}
