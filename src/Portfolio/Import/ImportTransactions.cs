using System.ComponentModel;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Ledger;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Portfolio.Import;

/// <summary>
/// POST /portfolio/transactions/import. Each line stands for itself: what cannot be booked is reported beside what was, and what is in the
/// books already is skipped. All of it is one transaction, whose books are derived once.
/// </summary>
[Singleton]
public sealed class ImportTransactions(LedgerWriter ledger, UserMarket market, PortfolioFinder find, TimeProvider time)
{
    public const int Limit = 10 << 20;
    private const int MaxRows = 100_000;

    /// <summary>After so many lines found one by one, all lines of a symbol that could be at fault are.</summary>
    private const int MaxRounds = 50;
    public enum ImportFormat { Csv, Json, Ofx }

    public sealed record Query(
        PortfolioChoice Portfolio,
        ImportFormat Format = ImportFormat.Csv,
        [Description("Books nothing and says what would be booked.")] bool DryRun = false
    );

    public enum ImportStatus { Imported, Duplicate, Failed }

    /// <param name="Row">Counts from 1, a header aside.</param>
    /// <param name="Status">With <c>dryRun</c> what it would be.</param>
    /// <param name="Id">The transaction; of a duplicate the one that is there already. Null for a dry run.</param>
    public sealed record ImportedRow(int Row, ImportStatus Status, Guid? Id, IReadOnlyDictionary<string, string[]>? Errors);

    public sealed record Response(int Imported, int Duplicates, int Failed, bool DryRun, IReadOnlyList<ImportedRow> Rows);

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        Query query,
        ReadOnlyMemory<byte> file,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var parsed = Parse(query.Format, file, time.GetUtcNow());
        if (parsed.Count > MaxRows) throw Problems.Validation("file", $"has more than {MaxRows} rows");
        var portfolio = await find.FindAsync(user.Id, query.Portfolio.PortfolioId, ct);
        var plan = new ImportPlan(parsed, await CompleteAsync(portfolio, parsed, ct));
        var draft = new LedgerDraft(
            [.. plan.Rows.SelectMany(r => r.FeedSymbols).Distinct()],
            async books =>
            {
                plan.SkipDuplicates(await LedgerStore.ListChainsAsync(books.Tx, books.Portfolio, ct));
                if (books.Portfolio.CostBasisMethod != CostBasisMethod.Specific) plan.RefuseNamedLots();
                await RefuseOversoldAsync(books, plan, ct);
                return query.DryRun ? LedgerChange.None : new LedgerChange(plan.Rows, []);
            }
        );
        var result = await ledger.BookAsync(portfolio, ifMatch, draft, ct);
        return (plan.Answer(query.DryRun), result.Portfolio.ETag);
    }

    private static List<ParsedRow> Parse(ImportFormat format, ReadOnlyMemory<byte> file, DateTimeOffset now) =>
        format switch
        {
            ImportFormat.Json => JsonFile.Parse(file, now),
            ImportFormat.Ofx => OfxFile.Parse(file, now),
            _ => CsvFile.Parse(file, now),
        };

    private async Task<Dictionary<int, (LedgerRow? Row, ProblemException? Fault)>> CompleteAsync(
        PortfolioRow portfolio,
        List<ParsedRow> parsed,
        CancellationToken ct
    )
    {
        var good = parsed.Where(p => p.Request is not null).ToList();
        var days = good.Select(p => Instants.DayOf(p.Request!.ExecutedAt))
            .DefaultIfEmpty(Instants.DayOf(time.GetUtcNow()))
            .ToList();
        var completion = new EntryCompletion(market, portfolio, days.Min(), days.Max());
        var rows = new Dictionary<int, (LedgerRow?, ProblemException?)>();
        foreach (var line in good)
        {
            try
            {
                rows[line.Row] = (await completion.CompleteAsync(line.Request!, ct), null);
            }
            catch (ProblemException e) when (e.Problem.Status is 400 or 404)
            {
                rows[line.Row] = (null, e);
            }
        }
        return rows;
    }

    /// <summary>
    /// Finds, line by line in the books' order, what would take more than is held; leaves the plan with what can be booked.
    /// </summary>
    private static async Task RefuseOversoldAsync(LockedBooks books, ImportPlan plan, CancellationToken ct)
    {
        var touched = plan.Rows.SelectMany(r => r.Symbols).ToHashSet(StringComparer.Ordinal);
        if (touched.Count == 0) return;
        var (symbols, reading) = await books.LinkedAsync(touched, new LedgerChange(plan.Rows, []).Links, ct);
        var dropped = reading.Dropped.All.ToHashSet();
        var present = reading.Of(symbols).Where(e => !e.FromFeed || !books.Feeds.ContainsKey(e.Symbol!)).ToList();
        var feeds = books.Feeds.Where(f => symbols.Contains(f.Key)).ToDictionary(StringComparer.Ordinal);
        var again = true;
        for (var round = 1; again; round++)
        {
            again = false;
            var rows = plan.Rows;
            LedgerFeed.Derive(
                books.Portfolio.CostBasisMethod,
                [.. present, .. rows.Where(r => r.Symbol is not null).Select((r, i) => r with { Seq = long.MaxValue - rows.Count + i })],
                feeds,
                dropped,
                (entry, e) =>
                {
                    if (plan.Refuse(entry.Id, e)) return true;
                    // Something that was booked before no longer fits: the last line before it that took shares away is one too many.
                    again |= plan.RefuseBefore(entry, e, all: round > MaxRounds);
                    return true;
                }
            );
        }
    }
}
