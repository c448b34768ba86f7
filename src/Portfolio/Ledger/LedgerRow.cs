using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;
using Npgsql;

namespace AgentInvest.Portfolio.Ledger;

/// <summary>Who booked an entry: the user, or this program because the market's feed reports a split or dividend.</summary>
public enum EntrySource { User, Feed }

/// <summary>A row of the ledger as it is kept.</summary>
internal sealed record LedgerRow(
    Guid Id,
    long Seq,
    EntryKind Kind,
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
    string? ExternalId,
    string? Note,
    EntrySource Source
)
{
    public const string Columns =
        "id, seq, type, symbol, quantity, price, amount, fee, tax, ratio, currency, fx_rate, executed_at, external_id, note, source, "
        + "reversed_by, created_at, new_symbol, cost_fraction, lot_ids, replaces, root, place, acquired_at";
    public const int ColumnCount = 25;

    public Guid? ReversedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public string? NewSymbol { get; init; }
    public decimal? CostFraction { get; init; }
    public Guid[]? LotIds { get; init; }
    public Guid? Replaces { get; init; }
    public Guid? Root { get; init; }
    public long? Place { get; init; }
    public DateTimeOffset? AcquiredAt { get; init; }

    public DateOnly Day => Instants.DayOf(ExecutedAt);
    public bool FromFeed => Source == EntrySource.Feed;
    public bool IsTrade => Kind is EntryKind.Buy or EntryKind.Sell;

    /// <summary>Of an entry for an action of the feed: what identifies it.</summary>
    public (string Symbol, EntryKind Kind, DateOnly Day) Action => (Symbol!, Kind, Day);

    public IEnumerable<string> Symbols => new[] { Symbol, NewSymbol }.OfType<string>();

    /// <summary>Only what moves shares, or stands for an action of the feed, can change what the feed has to book.</summary>
    public IReadOnlyList<string> FeedSymbols => Kind is EntryKind.Interest or EntryKind.Fee or EntryKind.Tax ? [] : [.. Symbols];

    /// <summary>
    /// What a lot opened by it is called: a correction keeps the name, so that sales which name their lots still find them.
    /// </summary>
    public Guid LotId => Root ?? Id;

    public static LedgerRow Read(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            r.GetInt64(1),
            EnumNames.Parse<EntryKind>(r.GetString(2)),
            r.Text(3),
            r.Nullable<decimal>(4),
            r.Nullable<decimal>(5),
            r.Nullable<decimal>(6),
            r.GetDecimal(7),
            r.GetDecimal(8),
            r.Nullable<decimal>(9),
            r.GetString(10),
            r.GetDecimal(11),
            r.Instant(12),
            r.Text(13),
            r.Text(14),
            EnumNames.Parse<EntrySource>(r.GetString(15))
        )
        {
            ReversedBy = r.Nullable<Guid>(16),
            CreatedAt = r.Instant(17),
            NewSymbol = r.Text(18),
            CostFraction = r.Nullable<decimal>(19),
            LotIds = r.IsDBNull(20) ? null : r.GetFieldValue<Guid[]>(20),
            Replaces = r.Nullable<Guid>(21),
            Root = r.Nullable<Guid>(22),
            Place = r.Nullable<long>(23),
            AcquiredAt = r.Nullable<DateTimeOffset>(24),
        };

    /// <summary>One array a column, in the order of <see cref="LedgerStore.Insert"/>.</summary>
    public static object[] ToColumns(IReadOnlyList<LedgerRow> rows)
    {
        T[] Of<T>(Func<LedgerRow, T> column) => rows.Select(column).ToArray();
        return
        [
            Of(r => r.Id),
            Of(r => EnumNames.Of(r.Kind)),
            Of(r => r.Symbol),
            Of(r => r.Quantity),
            Of(r => r.Price),
            Of(r => r.Amount),
            Of(r => r.Fee),
            Of(r => r.Tax),
            Of(r => r.Ratio),
            Of(r => r.Currency),
            Of(r => r.FxRate),
            Of(r => r.ExecutedAt),
            Of(r => r.ExternalId),
            Of(r => r.Note),
            Of(r => EnumNames.Of(r.Source)),
            Of(r => r.NewSymbol),
            Of(r => r.CostFraction),
            Of(r => r.LotIds is { Length: > 0 } lots ? string.Join(',', lots) : null),
            Of(r => r.Replaces),
            Of(r => r.Root),
            Of(r => r.Place),
            Of(r => r.AcquiredAt),
        ];
    }

    /// <summary>
    /// An amount given for a trade is what was paid: the price follows from it, unrounded. Of a transfer in, the price is what the shares
    /// cost and the amount what they are worth; alone it is what they cost. A transfer of money is a deposit or withdrawal.
    /// </summary>
    public LedgerEntry ToEntry()
    {
        var kind = Kind switch
        {
            EntryKind.TransferIn when Symbol is null => EntryKind.Deposit,
            EntryKind.TransferOut when Symbol is null => EntryKind.Withdrawal,
            _ => Kind,
        };
        var (price, amount) = kind switch
        {
            EntryKind.Buy or EntryKind.Sell when Amount is { } paid => (paid / Quantity!.Value, paid),
            EntryKind.TransferIn when Price is null => (Amount!.Value / Quantity!.Value, 0),
            EntryKind.TransferOut when Amount is null => (0, Money.Round(Quantity!.Value * (Price ?? 0))),
            _ => (Price ?? 0, Amount ?? 0),
        };
        return new LedgerEntry(
            LotId,
            ExecutedAt,
            Place ?? Seq,
            kind,
            Symbol,
            Quantity ?? 0,
            price,
            amount,
            Fee,
            Tax,
            Ratio ?? 0,
            Currency,
            FxRate
        )
        {
            TargetSymbol = NewSymbol,
            CostFraction = CostFraction ?? 1,
            AcquiredAt = AcquiredAt,
            LotIds = LotIds,
        };
    }
}
