using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Portfolio.Assets;

/// <summary>
/// PUT, DELETE /portfolio/assets/{symbol}: buys or sells the difference to a target at the latest price, or closes the position. History is
/// never rewritten. Note and tags are the user's own words about a holding and no part of the ledger.
/// </summary>
public sealed class AdjustAsset
{
    private readonly ChangeBooks _books;
    private readonly UserMarket _market;
    private readonly FindPortfolio _find;
    private readonly Db _db;
    private readonly TimeProvider _time;

    internal AdjustAsset(Db db, ChangeBooks books, UserMarket market, FindPortfolio find, TimeProvider time) =>
        (_db, _books, _market, _find, _time) = (db, books, market, find, time);

    public sealed record Request(decimal? TargetQuantity, string? Note, IReadOnlyList<string>? Tags);

    /// <param name="Transaction">The adjusting entry; null where nothing had to be bought or sold.</param>
    public sealed record Response(string Symbol, decimal Quantity, string? Note, IReadOnlyList<string> Tags, TransactionView? Transaction);

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        Guid? portfolioId,
        string symbol,
        Request r,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var name = AssetSymbols.Parse(symbol);
        var check = new Check();
        check.That(r.TargetQuantity is null or >= 0, "targetQuantity", "must not be negative");
        Money.CheckStorable(check, r.TargetQuantity, "targetQuantity");
        check.That(
            r.Note is null || (r.Note.Length <= 1000 && !r.Note.Contains('\0', StringComparison.Ordinal)),
            "note",
            "must have at most 1000 characters"
        );
        check.That(
            r.Tags is null || (r.Tags.Count <= 20 && r.Tags.All(t => t.Length is >= 1 and <= 50 && !t.Any(char.IsControl))),
            "tags",
            "must be at most 20 words of 1 to 50 characters"
        );
        check.That(
            r.TargetQuantity is not null || r.Note is not null || r.Tags is not null,
            "targetQuantity",
            "give targetQuantity, note or tags"
        );
        check.ThrowIfAny();
        var portfolio = await _find.HandleAsync(user, portfolioId, ct);
        var row = await EntryAsync(portfolio, name, ct);
        var notes = (Note: (string?)null, Tags: Array.Empty<string>());
        var quantity = 0m;
        var result = await _books.HandleAsync(
            portfolio,
            ifMatch,
            [name],
            async (tx, locked) =>
            {
                var held = await HeldAsync(tx, locked, name, ct);
                if (held == 0 && r.TargetQuantity is null or 0)
                    throw PortfolioProblems.NotHeld(name);
                quantity = r.TargetQuantity ?? held;
                notes = await NoteAsync(tx, locked, name, r, ct);
                return quantity == held
                    ? new ChangeBooks.Change([], [])
                    : ChangeBooks.Change.Of(
                        (row ?? throw PortfolioProblems.NoPrice()) with
                        {
                            Type = quantity > held ? "buy" : "sell",
                            Quantity = Math.Abs(quantity - held),
                            Note = r.Note,
                        }
                    );
            },
            ct
        );
        return (
            new Response(
                name,
                quantity,
                notes.Note,
                notes.Tags,
                result.Added.Count == 0 ? null : TransactionView.Of(portfolio.Id, result.Added[0], result.Booked)
            ),
            result.Portfolio.ETag
        );
    }

    public async Task<string> CloseAsync(CurrentUser user, Guid? portfolioId, string symbol, string? ifMatch, CancellationToken ct)
    {
        var name = AssetSymbols.Parse(symbol);
        var portfolio = await _find.HandleAsync(user, portfolioId, ct);
        var row = await EntryAsync(portfolio, name, ct);
        var result = await _books.HandleAsync(portfolio, ifMatch, [name], async (tx, locked) =>
        {
            var held = await HeldAsync(tx, locked, name, ct);
            if (held == 0 || row is null) throw PortfolioProblems.NotHeld(name);
            return ChangeBooks.Change.Of(row with { Type = "sell", Quantity = held });
        }, ct);
        return result.Portfolio.ETag;
    }

    /// <summary>What is held just now, of the books as they are locked.</summary>
    private static async Task<decimal> HeldAsync(Tx tx, PortfolioRow locked, string symbol, CancellationToken ct)
    {
        var (symbols, reading) = await ChangeBooks.LinkedAsync(tx, locked, new HashSet<string>(StringComparer.Ordinal) { symbol }, [], ct);
        return Book.Replay(Ledger.Ordered(reading.Of(symbols)), locked.Method).QuantityOf(symbol);
    }

    /// <summary>
    /// An entry at the latest price, or at the last one it was traded at; null for what these books have never seen and nobody prices.
    /// </summary>
    private async Task<LedgerRow?> EntryAsync(PortfolioRow portfolio, string symbol, CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        var (currency, price) = (await _market.QuotesAsync(portfolio.UserId, [symbol], ct)).TryGetValue(symbol, out var quote)
            ? (quote.Currency, quote.Price)
            : await LastTradeAsync(portfolio, symbol, ct);
        if (currency is null) return null;
        var rate =
            await _market.RateAsync(portfolio.UserId, currency, portfolio.BaseCurrency, Instants.DayOf(now), ct)
            ?? throw PortfolioProblems.UnknownRate(currency + portfolio.BaseCurrency);
        return new LedgerRow(Guid.CreateVersion7(), 0, "sell", symbol, 0, price, null, 0, 0, null, currency, rate, now, null, null, "user");
    }

    private async Task<(string? Currency, decimal Price)> LastTradeAsync(PortfolioRow portfolio, string symbol, CancellationToken ct)
    {
        var last = (
            await _db.ListAsync(
                $"select {LedgerRow.Columns} from portfolio.transactions where user_id = $1 and portfolio_id = $2 and symbol = $3 and reversed_by is null order by executed_at, seq",
                LedgerRow.Read,
                ct,
                portfolio.UserId,
                portfolio.Id,
                symbol
            )
        ).FindLast(r => r.Price is not null);
        return (last?.Currency, last?.Price ?? 0);
    }

    private static async Task<(string? Note, string[] Tags)> NoteAsync(
        Tx tx,
        PortfolioRow locked,
        string symbol,
        Request r,
        CancellationToken ct
    ) =>
        await tx.OneAsync(
            """
            insert into portfolio.asset_notes as n (user_id, portfolio_id, symbol, note, tags) values ($1, $2, $3, $4::text, coalesce($5::text[], '{}'))
            on conflict (user_id, portfolio_id, symbol) do update set note = coalesce($4::text, n.note), tags = coalesce($5::text[], n.tags) returning note, tags
            """,
            row => (row.Text(0), row.GetFieldValue<string[]>(1)),
            ct,
            locked.UserId,
            locked.Id,
            symbol,
            r.Note,
            r.Tags?.ToArray()
        );
}
