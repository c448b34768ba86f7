using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Portfolio.Assets;

/// <summary>
/// POST /portfolio/assets: a purchase in short. Without a price that day's close counts, for today the latest price; a past day is booked
/// at its noon, UTC.
/// </summary>
[Singleton]
public sealed class AddAsset(RecordTransaction record, UserMarket market, TimeProvider time)
{
    [Example("""{"symbol": "MSFT", "quantity": 5, "price": 370.6, "date": "2024-01-02"}""")]
    public sealed record Request(string Symbol, decimal Quantity, decimal? Price = null, DateOnly? Date = null, decimal? Fee = null);

    public async Task<(Transaction Transaction, string ETag)> HandleAsync(
        CurrentUser user,
        PortfolioChoice choice,
        Request r,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var now = time.GetUtcNow();
        var today = Instants.DayOf(now);
        var check = new Check();
        check.That(r.Date is null || r.Date <= today, "date", "must not be in the future");
        var at = r.Date is { } day && day < today && day > DateOnly.MinValue ? Instants.StartOf(day).AddHours(12) : now;
        var purchase = new RecordTransaction.Request(EntryKind.Buy, at, r.Symbol, r.Quantity, r.Price ?? 0, Fee: r.Fee);
        TransactionRules.Check(check, purchase, now);
        check.ThrowIfAny();
        if (r.Price is null)
            purchase = purchase with { Price = await PriceAsync(user.Id, AssetSymbols.Fold(r.Symbol), Instants.DayOf(at), today, ct) };
        return await record.BookAsync(user.Id, choice, purchase, ifMatch, ct);
    }

    private async Task<decimal> PriceAsync(Guid userId, string symbol, DateOnly day, DateOnly today, CancellationToken ct)
    {
        if (await market.FindAsync(userId, symbol, ct) is null) throw PortfolioProblems.UnknownSymbol(symbol);
        if (day == today && (await market.QuotesAsync(userId, [symbol], ct)).TryGetValue(symbol, out var quote)) return quote.Price;
        var closes = await market.ClosesAsync(userId, [symbol], day, day, ct);
        return closes.TryGetValue(symbol, out var c) && c.Days[0] <= day ? c.Prices[^1] : throw PortfolioProblems.NoPrice();
    }
}
