using System.Globalization;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Ledger;
using AgentInvest.Portfolio.Portfolios;
using CsvHelper;

namespace AgentInvest.Portfolio.Import;

/// <summary>
/// GET /portfolio/export: every entry in force, the feed's too, as the import reads them; importing it into an empty portfolio gives the
/// same books.
/// </summary>
[Singleton]
public sealed class ExportTransactions(Db db, PortfolioFinder find)
{
    public enum ExportFormat { Csv, Json }

    public sealed record Query(PortfolioChoice Portfolio, ExportFormat Format = ExportFormat.Csv);

    public sealed record Response(ExportedPortfolio Portfolio, IReadOnlyList<ExportedTransaction> Transactions);
    public sealed record ExportedPortfolio(string Name, string BaseCurrency, CostBasisMethod CostBasisMethod);

    /// <param name="Id">What <c>lotIds</c> of sales refer to.</param>
    public sealed record ExportedTransaction(
        Guid Id,
        EntryKind Type,
        string? Symbol,
        decimal? Quantity,
        decimal? Price,
        decimal? Amount,
        decimal Fee,
        decimal Tax,
        decimal? Ratio,
        string Currency,
        decimal FxRate,
        DateTimeOffset ExecutedAt,
        IReadOnlyList<Guid>? LotIds,
        string? ExternalId,
        string? Note,
        string? NewSymbol,
        decimal? CostFraction,
        DateTimeOffset? AcquiredAt
    );

    public async Task<(Response Response, string ETag)> HandleAsync(CurrentUser user, Query query, CancellationToken ct)
    {
        var portfolio = await find.FindAsync(user.Id, query.Portfolio.PortfolioId, ct);
        var rows = await LedgerStore.ListAsync(db, portfolio, ct);
        rows.Sort(
            (a, b) => a.ExecutedAt != b.ExecutedAt ? a.ExecutedAt.CompareTo(b.ExecutedAt) : (a.Place ?? a.Seq).CompareTo(b.Place ?? b.Seq)
        );
        return (
            new Response(new ExportedPortfolio(portfolio.Name, portfolio.BaseCurrency, portfolio.CostBasisMethod), [.. rows.Select(Show)]),
            portfolio.ETag
        );
    }

    public static byte[] ToCsv(Response response)
    {
        using var stream = new MemoryStream();
        using (var csv = CsvWriter.Create(stream, CsvWriterOptions.Default, leaveOpen: true))
        {
            csv.WriteHeader(CsvFile.Columns);
            foreach (var e in response.Transactions)
            {
                object?[] cells =
                [
                    e.Id,
                    EnumNames.Of(e.Type),
                    e.Symbol,
                    e.Quantity,
                    e.Price,
                    e.Amount,
                    e.Fee,
                    e.Tax,
                    e.Ratio,
                    e.Currency,
                    e.FxRate,
                    e.ExecutedAt,
                    e.LotIds,
                    e.ExternalId,
                    e.Note,
                    e.NewSymbol,
                    e.CostFraction,
                    e.AcquiredAt,
                ];
                foreach (var cell in cells) csv.WriteField(Text(cell));
                csv.EndRecord();
            }
        }
        return stream.ToArray();
    }

    /// <summary>Of a trade either what was paid or its price, whichever it was booked with: the other follows from it.</summary>
    private static ExportedTransaction Show(LedgerRow r) =>
        new(
            r.LotId,
            r.Kind,
            r.Symbol,
            r.Quantity,
            r.IsTrade && r.Amount is not null ? null : r.Price,
            r.Amount,
            r.Fee,
            r.Tax,
            r.Ratio,
            r.Currency,
            r.FxRate,
            r.ExecutedAt,
            r.LotIds,
            r.ExternalId,
            r.Note,
            r.NewSymbol,
            r.CostFraction,
            r.AcquiredAt
        );

    private static string? Text(object? cell) => cell switch
    {
        null => null,
        decimal number => Money.Trim(number).ToString(CultureInfo.InvariantCulture),
        DateTimeOffset at => Instants.Format(at),
        IReadOnlyList<Guid> ids => string.Join(' ', ids),
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture),
    };
}
