using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Ledger;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Portfolio.Assets;

/// <summary>
/// PUT, DELETE /portfolio/assets/{symbol}: buys or sells the difference to a target at the latest price, or closes the position. History is
/// never rewritten. Note and tags are the user's own words about a holding and no part of the ledger.
/// </summary>
[Singleton]
public sealed class AdjustAsset(Db db, LedgerWriter ledger, UserMarket market, TimeProvider time)
{
    /// <param name="TargetQuantity">What is to be held; default: what is held now.</param>
    [Example("""{"targetQuantity": 12, "note": "Core holding", "tags": ["core"]}""")]
    public sealed record Request(decimal? TargetQuantity = null, string? Note = null, IReadOnlyList<string>? Tags = null);

    /// <param name="Transaction">The adjusting entry; null where nothing had to be bought or sold.</param>
    public sealed record Response(
        string Symbol,
        decimal Quantity,
        string? Note,
        IReadOnlyList<string> Tags,
        Transaction? Transaction
    );

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        PortfolioChoice choice,
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
        var (note, tags, quantity) = ((string?)null, Array.Empty<string>(), 0m);
        var result = await ledger.BookAsync(
            user.Id,
            choice.PortfolioId,
            ifMatch,
            async portfolio =>
            {
                var row = await PrepareAsync(portfolio, name, ct);
                return new LedgerDraft(
                    [name],
                    async books =>
                    {
                        var held = await HeldAsync(books, name, ct);
                        if (held == 0 && r.TargetQuantity is null or 0) throw PortfolioProblems.NotHeld(name);
                        quantity = r.TargetQuantity ?? held;
                        (note, tags) = await WriteNoteAsync(books, name, r, ct);
                        if (quantity == held) return LedgerChange.None;
                        return LedgerChange.Of(
                            (row ?? throw PortfolioProblems.NoPrice()) with
                            {
                                Kind = quantity > held ? EntryKind.Buy : EntryKind.Sell,
                                Quantity = Math.Abs(quantity - held),
                                Note = r.Note,
                            }
                        );
                    }
                );
            },
            ct
        );
        var booked = result.Added.Count == 0 ? null : Transaction.Of(result.Portfolio.Id, result.Added[0], result.Booked);
        return (new Response(name, quantity, note, tags, booked), result.Portfolio.ETag);
    }

    public async Task<string> CloseAsync(CurrentUser user, PortfolioChoice choice, string symbol, string? ifMatch, CancellationToken ct)
    {
        var name = AssetSymbols.Parse(symbol);
        var result = await ledger.BookAsync(
            user.Id,
            choice.PortfolioId,
            ifMatch,
            async portfolio =>
            {
                var row = await PrepareAsync(portfolio, name, ct);
                return new LedgerDraft(
                    [name],
                    async books =>
                    {
                        var held = await HeldAsync(books, name, ct);
                        if (held == 0 || row is null) throw PortfolioProblems.NotHeld(name);
                        return LedgerChange.Of(row with { Quantity = held });
                    }
                );
            },
            ct
        );
        return result.Portfolio.ETag;
    }

    /// <summary>What is held just now, of the books as they are locked.</summary>
    private static async Task<decimal> HeldAsync(LockedBooks books, string symbol, CancellationToken ct)
    {
        var (symbols, reading) = await books.LinkedAsync(new HashSet<string>(StringComparer.Ordinal) { symbol }, [], ct);
        return Book.Replay(LedgerStore.Ordered(reading.Of(symbols)), books.Portfolio.CostBasisMethod).QuantityOf(symbol);
    }

    /// <summary>
    /// A sale at the latest price, or at the last one it was traded at; null for what was never traded in these books and has no price.
    /// </summary>
    private async Task<LedgerRow?> PrepareAsync(PortfolioRow portfolio, string symbol, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var (currency, price) = (await market.QuotesAsync(portfolio.UserId, [symbol], ct)).TryGetValue(symbol, out var quote)
            ? (quote.Currency, quote.Price)
            : await LastTradeAsync(portfolio, symbol, ct);
        if (currency is null) return null;
        var rate =
            await market.RateAsync(portfolio.UserId, currency, portfolio.BaseCurrency, Instants.DayOf(now), ct)
            ?? throw PortfolioProblems.UnknownRate(currency + portfolio.BaseCurrency);
        return new LedgerRow(
            Guid.CreateVersion7(),
            0,
            EntryKind.Sell,
            symbol,
            0,
            price,
            null,
            0,
            0,
            null,
            currency,
            rate,
            now,
            null,
            null,
            EntrySource.User
        );
    }

    private async Task<(string? Currency, decimal Price)> LastTradeAsync(PortfolioRow portfolio, string symbol, CancellationToken ct)
    {
        var last = await db.OneAsync(
            """
            select currency, price from portfolio.transactions
            where user_id = $1 and portfolio_id = $2 and symbol = $3 and reversed_by is null and price is not null
            order by executed_at desc, seq desc limit 1
            """,
            r => new { Currency = r.GetString(0), Price = r.GetDecimal(1) },
            ct,
            portfolio.UserId,
            portfolio.Id,
            symbol
        );
        return (last?.Currency, last?.Price ?? 0);
    }

    private static Task<(string? Note, string[] Tags)> WriteNoteAsync(
        LockedBooks books,
        string symbol,
        Request r,
        CancellationToken ct
    ) =>
        books.Tx.OneAsync(
            """
            insert into portfolio.asset_notes as n (user_id, portfolio_id, symbol, note, tags)
            values ($1, $2, $3, $4::text, coalesce($5::text[], '{}'))
            on conflict (user_id, portfolio_id, symbol) do update
            set note = coalesce($4::text, n.note), tags = coalesce($5::text[], n.tags) returning note, tags
            """,
            row => (row.Text(0), row.GetFieldValue<string[]>(1)),
            ct,
            books.Portfolio.UserId,
            books.Portfolio.Id,
            symbol,
            r.Note,
            r.Tags?.ToArray()
        );
}
