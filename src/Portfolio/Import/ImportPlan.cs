using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Ledger;
using static AgentInvest.Portfolio.Import.ImportTransactions;

namespace AgentInvest.Portfolio.Import;

/// <summary>
/// What becomes of each line of a file. Duplicates: an <c>externalId</c> decides where a line has one; else a line that says the same
/// as an entry in the books is that entry, each entry standing for one line. So a file read twice books nothing, and lines of one file that
/// say the same are as many trades.
/// </summary>
internal sealed class ImportPlan
{
    private readonly SortedDictionary<int, ImportedRow> _answers = [];
    private readonly SortedDictionary<int, LedgerRow> _rows = [];
    private readonly Dictionary<Guid, int> _lines = [];

    public ImportPlan(IReadOnlyList<ParsedRow> parsed, IReadOnlyDictionary<int, (LedgerRow? Row, ProblemException? Fault)> completed)
    {
        // A file that lists the newest first lists its lines of one instant in that order, too.
        var dated = parsed.Where(p => p.Request is not null).ToList();
        NewestFirst = dated.Count > 1 && dated[0].Request!.ExecutedAt > dated[^1].Request!.ExecutedAt;
        var names = new Dictionary<Guid, Guid>();
        foreach (var line in parsed)
        {
            var (row, fault) = completed.GetValueOrDefault(line.Row);
            if (row is null)
                _answers[line.Row] = new ImportedRow(
                    line.Row,
                    ImportStatus.Failed,
                    null,
                    line.Errors
                        ?? fault!.Problem.Errors
                        ?? new Dictionary<string, string[]> { [""] = [fault.Problem.Detail ?? fault.Problem.Title] }
                );
            else
            {
                _rows[line.Row] = row;
                _lines[row.Id] = line.Row;
                if (line.Name is { } name) names[name] = row.Id;
            }
        }
        foreach (var (line, row) in _rows.Where(r => r.Value.LotIds is not null).ToList())
            _rows[line] = row with { LotIds = row.LotIds!.Select(l => names.GetValueOrDefault(l, l)).ToArray() };
    }

    private bool NewestFirst { get; }

    /// <summary>What can be booked, in the order in which it happened.</summary>
    public IReadOnlyList<LedgerRow> Rows => (NewestFirst ? _rows.Values.Reverse() : _rows.Values).ToList();

    /// <param name="booked">All that has been booked and stands, as it is now and as it was before corrections.</param>
    public void SkipDuplicates(IReadOnlyList<LedgerRow> booked)
    {
        var named = new Dictionary<string, Guid>(StringComparer.Ordinal);
        var same = new Dictionary<object, Queue<Guid>>();
        // Each entry counts once, whatever it was corrected from; of what was deleted nothing counts.
        var standing = booked.Where(b => b.ReversedBy is null).ToDictionary(b => b.LotId, b => b.Id);
        foreach (var row in booked.Where(b => standing.ContainsKey(b.LotId)).DistinctBy(b => (b.LotId, Key(b))))
        {
            if (row.ExternalId is { } id) named[id] = standing[row.LotId];
            if (!same.TryGetValue(Key(row), out var queue)) same[Key(row)] = queue = new Queue<Guid>();
            queue.Enqueue(standing[row.LotId]);
        }
        foreach (var (line, row) in _rows.ToList())
        {
            Guid? twin = row.ExternalId is { } id
                ? named.TryGetValue(id, out var known)
                    ? known
                    : null
                : same.TryGetValue(Key(row), out var queue) && queue.TryDequeue(out var first)
                    ? first
                    : null;
            if (row.ExternalId is { } own && twin is null) named[own] = row.Id;
            if (twin is { } there) Settle(line, new ImportedRow(line, ImportStatus.Duplicate, there, null));
        }
        // Sales of this file name lots by what the file calls them: those that were there already keep their own names.
        var moved = _answers.Values.Where(a => a.Status == ImportStatus.Duplicate).ToDictionary(a => a.Row, a => a.Id!.Value);
        var lots = booked.Where(b => b.ReversedBy is null).ToDictionary(b => b.Id, b => b.LotId);
        var renamed = _lines
            .Where(l => moved.ContainsKey(l.Value))
            .ToDictionary(l => l.Key, l => lots.GetValueOrDefault(moved[l.Value], moved[l.Value]));
        foreach (var (line, row) in _rows.Where(r => r.Value.LotIds is not null).ToList())
            _rows[line] = row with { LotIds = row.LotIds!.Select(l => renamed.GetValueOrDefault(l, l)).ToArray() };
    }

    /// <summary>Lots can be named by one cost-basis method alone.</summary>
    public void RefuseNamedLots()
    {
        foreach (var (line, _) in _rows.Where(r => r.Value.LotIds is not null).ToList())
            Settle(
                line,
                new ImportedRow(
                    line,
                    ImportStatus.Failed,
                    null,
                    PortfolioProblems.LotsNotNameable().Problem.Errors
                )
            );
    }

    public bool Refuse(Guid entry, InsufficientQuantityException e)
    {
        if (!_lines.TryGetValue(entry, out var line) || !_rows.ContainsKey(line)) return false;
        Settle(line, new ImportedRow(line, ImportStatus.Failed, null, PortfolioProblems.InsufficientQuantity(e).Problem.Errors));
        return true;
    }

    /// <summary>
    /// Blames the last line, or all lines, before an entry in the books that no longer fits. False where there is none: then the books did
    /// not fit before.
    /// </summary>
    public bool RefuseBefore(LedgerEntry entry, InsufficientQuantityException e, bool all)
    {
        var blamed = _rows
            .Values.Where(r =>
                (r.Symbol == e.Symbol || r.NewSymbol == e.Symbol)
                && r.Kind is EntryKind.Sell or EntryKind.TransferOut or EntryKind.Merger or EntryKind.Split
                && r.ExecutedAt <= entry.ExecutedAt
            )
            .OrderByDescending(r => r.ExecutedAt)
            .Take(all ? int.MaxValue : 1)
            .ToList();
        foreach (var line in blamed.Select(b => _lines[b.Id]))
            Settle(
                line,
                new ImportedRow(
                    line,
                    ImportStatus.Failed,
                    null,
                    new Dictionary<string, string[]>
                    {
                        ["quantity"] = [$"leaves too little for what is booked on {Instants.Format(e.At)}"],
                    }
                )
            );
        return blamed.Count > 0;
    }

    public Response Answer(bool dryRun)
    {
        foreach (var (line, row) in _rows) _answers[line] = new ImportedRow(line, ImportStatus.Imported, dryRun ? null : row.Id, null);
        int Count(ImportStatus status) => _answers.Values.Count(a => a.Status == status);
        return new Response(
            Count(ImportStatus.Imported),
            Count(ImportStatus.Duplicate),
            Count(ImportStatus.Failed),
            dryRun,
            [.. _answers.Values]
        );
    }

    private void Settle(int line, ImportedRow answer)
    {
        _rows.Remove(line);
        _answers[line] = answer;
    }

    /// <summary>What makes two entries the same trade; the rate is left out, for it may be looked up anew.</summary>
    private static object Key(LedgerRow r) =>
        (
            r.Kind,
            r.Symbol,
            r.NewSymbol,
            (
                r.Quantity,
                r.IsTrade ? r.Amount ?? Money.Round(r.Quantity!.Value * r.Price!.Value) : r.Amount,
                r.IsTrade ? null : r.Price,
                r.Fee,
                r.Tax,
                r.Ratio,
                r.CostFraction
            ),
            r.Currency,
            r.ExecutedAt
        );
}
