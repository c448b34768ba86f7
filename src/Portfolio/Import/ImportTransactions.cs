using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;
using Npgsql;

namespace AgentInvest.Portfolio.Import;

/// <summary>
/// POST /portfolio/transactions/import. Each line stands for itself: what cannot be booked is reported beside what was, and what is in the
/// books already is skipped. All of it is one transaction, whose books are derived once.
/// </summary>
public sealed class ImportTransactions
{
    public const int Limit = 10 << 20;
    private const int MostRows = 100_000;

    /// <summary>After so many lines found one by one, all lines of a symbol that could be at fault are.</summary>
    private const int MostRounds = 50;
    private readonly Db _db;
    private readonly FeedActions _feeds;
    private readonly UserMarket _market;
    private readonly FindPortfolio _find;
    private readonly TimeProvider _time;

    internal ImportTransactions(Db db, FeedActions feeds, UserMarket market, FindPortfolio find, TimeProvider time) =>
        (_db, _feeds, _market, _find, _time) = (db, feeds, market, find, time);

    /// <param name="Row">Counts from 1, a header aside.</param>
    /// <param name="Status"><c>imported</c>, <c>duplicate</c> or <c>failed</c>; with <c>dryRun</c> what it would be.</param>
    /// <param name="Id">The transaction; of a duplicate the one that is there already. Null for a dry run.</param>
    public sealed record Line(int Row, string Status, Guid? Id, IReadOnlyDictionary<string, string[]>? Errors);

    public sealed record Response(int Imported, int Duplicates, int Failed, bool DryRun, IReadOnlyList<Line> Rows);

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        Guid? portfolioId,
        string? format,
        bool dryRun,
        ReadOnlyMemory<byte> file,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var now = _time.GetUtcNow();
        var parsed = Parse(format, file, now);
        if (parsed.Count > MostRows) throw Problems.Validation("file", $"has more than {MostRows} rows");
        var portfolio = await _find.HandleAsync(user, portfolioId, ct);
        var plan = new ImportPlan(parsed, await CompleteAsync(portfolio, parsed, ct));
        var symbols = plan.Rows.SelectMany(RecordTransaction.Touched).Distinct().ToList();
        var known = await _feeds.OfAsync(portfolio, symbols, ct);
        try
        {
            return await _db.InTransactionAsync(async tx =>
            {
                var locked = await FindPortfolio.LockAsync(tx, portfolio, ifMatch, ct);
                plan.SkipDuplicates(await Ledger.ChainsAsync(tx, locked, ct));
                await RefuseAsync(tx, locked, plan, known, ct);
                if (dryRun || plan.Rows.Count == 0) return (plan.Answer(dryRun), locked.ETag);
                var result = await ChangeBooks.ApplyAsync(tx, locked, new ChangeBooks.Change(plan.Rows, []), known, ct);
                return (plan.Answer(dryRun), result.Portfolio.ETag);
            }, ct);
        }
        catch (OverflowException)
        {
            throw PortfolioProblems.TooLarge();
        }
        catch (PostgresException e) when (e.ConstraintName == "transactions_external")
        {
            throw PortfolioProblems.DuplicateExternalId();
        }
    }

    private static List<ParsedRow> Parse(string? format, ReadOnlyMemory<byte> file, DateTimeOffset now) => format switch
    {
        null or "csv" => ReadCsv.Parse(file, now),
        "json" => ReadJson.Parse(file, now),
        "ofx" => ReadOfx.Parse(file, now),
        _ => throw Problems.Validation("format", "must be one of csv, json, ofx"),
    };

    private async Task<Dictionary<int, (LedgerRow? Row, ProblemException? Fault)>> CompleteAsync(
        PortfolioRow portfolio,
        List<ParsedRow> parsed,
        CancellationToken ct
    )
    {
        var good = parsed.Where(p => p.Request is not null).ToList();
        var days = good.Select(p => Instants.DayOf(p.Request!.ExecutedAt!.Value))
            .DefaultIfEmpty(Instants.DayOf(_time.GetUtcNow()))
            .ToList();
        var complete = new CompleteEntry(_market, portfolio, days.Min(), days.Max());
        var rows = new Dictionary<int, (LedgerRow?, ProblemException?)>();
        foreach (var line in good)
        {
            try { rows[line.Row] = (await complete.HandleAsync(line.Request!, ct), null); }
            catch (ProblemException e) when (e.Problem.Status is 400 or 404) { rows[line.Row] = (null, e); }
        }
        return rows;
    }

    /// <summary>
    /// Finds, line by line in the books' order, what would take more than is held; leaves the plan with what can be booked.
    /// </summary>
    private static async Task RefuseAsync(
        Tx tx,
        PortfolioRow locked,
        ImportPlan plan,
        IReadOnlyDictionary<string, Feed> known,
        CancellationToken ct
    )
    {
        var touched = plan.Rows.SelectMany(r => new[] { r.Symbol, r.NewSymbol }).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (touched.Count == 0) return;
        var (symbols, reading) = await ChangeBooks.LinkedAsync(
            tx,
            locked,
            touched,
            plan.Rows.Where(r => r.NewSymbol is not null).Select(r => (r.Symbol!, r.NewSymbol!)),
            ct
        );
        var dropped = reading.Dropped.All.ToHashSet();
        var present = reading.Of(symbols).Where(e => !e.FromFeed || !known.ContainsKey(e.Symbol!)).ToList();
        var feeds = known.Where(f => symbols.Contains(f.Key)).ToDictionary(StringComparer.Ordinal);
        var again = true;
        for (var round = 1; again; round++)
        {
            again = false;
            var rows = plan.Rows;
            FeedActions.Derive(
                locked.Method,
                [.. present, .. rows.Where(r => r.Symbol is not null).Select((r, i) => r with { Seq = long.MaxValue - rows.Count + i })],
                feeds,
                dropped,
                (entry, e) =>
                {
                    if (plan.Refuse(entry.Id, e))
                        return true;
                    // Something that was booked before no longer fits: the last line before it that took shares away is one too many.
                    again |= plan.RefuseBefore(entry, e, all: round > MostRounds);
                    return true;
                }
            );
        }
    }
}
