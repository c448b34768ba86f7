namespace AgentInvest.Finance.Lots;

/// <summary>
/// The shares of one symbol that no purchase of the day or the following 30 days was matched with: number, in shares of the last day, and
/// cost with fees.
/// </summary>
public sealed record Section104Pool(string Symbol, decimal Quantity, decimal Cost);

public sealed record UkResult(IReadOnlyList<RealizedGain> Gains, IReadOnlyList<Section104Pool> Pools);

/// <summary>
/// UK share matching for disposals since 6 April 2008 (TCGA 1992 ss. 104–106A, HMRC CG51550 ff., HS284): a day's sales are one, as are its
/// purchases; a sale is matched first with purchases of its day, then with those of the 30 days after it, earliest first, then with the
/// section 104 pool at its average cost. A split, spin-off or merger for shares is a reorganisation (s. 127): the pool stands in for what
/// it was. Capital returned and cash in lieu lower the pool's cost (s. 122), what exceeds it is gain. Transfers move shares into and out of
/// the pool at cost. Days are UTC.
/// </summary>
public sealed class UkMatching
{
    private readonly IReadOnlyList<LedgerEntry> _entries;
    private readonly decimal[] _scales;
    private readonly Book _book = new(CostBasisMethod.Fifo);
    private readonly Dictionary<string, Pool> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, DateOnly), Side> _bought = [];
    private readonly Dictionary<(string, DateOnly), Side> _sold = [];
    private readonly List<RealizedGain> _gains = [];

    private UkMatching(IReadOnlyList<LedgerEntry> ordered) => (_entries, _scales) = (ordered, RealizedGain.Scales(ordered));

    private sealed class Pool
    {
        public decimal Quantity { get; set; }
        public decimal Cost { get; set; }

        public decimal Take(decimal quantity)
        {
            var cost = quantity >= Quantity ? Cost : Exact.Part(Cost, quantity, Quantity);
            (Quantity, Cost) = (Math.Max(Quantity - quantity, 0), Cost - cost);
            return cost;
        }

        /// <summary>What exceeds the cost.</summary>
        public decimal Lower(decimal amount)
        {
            var beyond = Math.Max(amount - Cost, 0);
            Cost -= amount - beyond;
            return beyond;
        }
    }

    /// <summary>The purchases or sales of one day that are not matched yet: shares after all splits, and their cost or proceeds.</summary>
    private sealed class Side(Guid entryId, decimal scale)
    {
        public Guid EntryId => entryId;
        public decimal Scale => scale;
        public decimal Quantity { get; private set; }
        public decimal Money { get; private set; }

        public void Add(decimal quantity, decimal money) => (Quantity, Money) = (Quantity + quantity, Money + money);

        public decimal Take(decimal quantity)
        {
            var part = Exact.Part(Money, quantity, Quantity);
            (Quantity, Money) = (Quantity - quantity, Money - part);
            return part;
        }
    }

    /// <param name="ordered">All entries, in <see cref="LedgerEntry.Order"/>: a purchase after a sale counts.</param>
    public static UkResult Compute(IReadOnlyList<LedgerEntry> ordered)
    {
        var run = new UkMatching(ordered);
        run.Collect();
        run.MatchDays();
        for (var i = 0; i < ordered.Count; i++) run.Apply(i);
        return new UkResult(
            run._gains.OrderBy(g => g.SoldOn)
                .ThenBy(g => g.Symbol, StringComparer.Ordinal)
                .ThenBy(g => g.Rule)
                .ThenBy(g => g.AcquiredOn)
                .ToList(),
            run._pools.Where(p => p.Value.Quantity > 0)
                .OrderBy(p => p.Key, StringComparer.Ordinal)
                .Select(p => new Section104Pool(p.Key, p.Value.Quantity, p.Value.Cost))
                .ToList()
        );
    }

    private void Collect()
    {
        for (var i = 0; i < _entries.Count; i++)
        {
            var entry = _entries[i];
            if (entry.Kind is not (EntryKind.Buy or EntryKind.Sell)) continue;
            var days = entry.Kind == EntryKind.Buy ? _bought : _sold;
            if (!days.TryGetValue((entry.Symbol!, entry.Day), out var side))
                days[(entry.Symbol!, entry.Day)] = side = new Side(entry.Id, _scales[i]);
            var money = entry.InBase(entry.Quantity * entry.Price);
            side.Add(
                Exact.Shares(entry.Quantity * _scales[i]),
                entry.Kind == EntryKind.Buy ? money + entry.InBase(entry.Fee) : money - entry.InBase(entry.Fee)
            );
        }
    }

    /// <summary>All days' own purchases first: what a later day's own sales match is not available to an earlier sale.</summary>
    private void MatchDays()
    {
        foreach (var (key, sold) in _sold)
            if (_bought.TryGetValue(key, out var bought)) Match(key.Item1, key.Item2, sold, key.Item2, bought, MatchRule.SameDay);
        foreach (var ((symbol, day), sold) in _sold.OrderBy(s => s.Key.Item2))
            for (var i = 1; i <= 30 && sold.Quantity > 0; i++)
                if (_bought.TryGetValue((symbol, day.AddDays(i)), out var bought))
                    Match(symbol, day, sold, day.AddDays(i), bought, MatchRule.ThirtyDays);
    }

    private void Match(string symbol, DateOnly soldOn, Side sold, DateOnly boughtOn, Side bought, MatchRule rule)
    {
        var quantity = Math.Min(sold.Quantity, bought.Quantity);
        if (quantity > 0) Add(symbol, sold, quantity, boughtOn, soldOn, sold.Take(quantity), bought.Take(quantity), rule);
    }

    private void Add(
        string symbol,
        Side sold,
        decimal quantity,
        DateOnly? acquired,
        DateOnly soldOn,
        decimal proceeds,
        decimal cost,
        MatchRule rule
    ) =>
        _gains.Add(
            new RealizedGain(
                symbol,
                sold.EntryId,
                null,
                Exact.Shares(quantity / sold.Scale),
                acquired,
                soldOn,
                proceeds,
                cost,
                null,
                0,
                rule
            )
        );

    private void Apply(int index)
    {
        var entry = _entries[index];
        var before = entry.Symbol is null ? 0 : _book.QuantityOf(entry.Symbol);
        var booked = _book.Apply(entry);
        if (entry.Symbol is not { } symbol) return;
        var pool = PoolOf(symbol);
        switch (entry.Kind)
        {
            case EntryKind.Buy when _bought.Remove((symbol, entry.Day), out var rest):
                (pool.Quantity, pool.Cost) = (pool.Quantity + rest.Quantity, pool.Cost + rest.Money);
                break;
            case EntryKind.Sell when _sold.Remove((symbol, entry.Day), out var rest):
                // Of purchases of the day, whenever they were made, nothing is left where anything of the sale is.
                if (rest.Quantity > 0)
                    Add(symbol, rest, rest.Quantity, null, entry.Day, rest.Money, pool.Take(rest.Quantity), MatchRule.Section104);
                break;
            case EntryKind.TransferIn:
                (pool.Quantity, pool.Cost) = (
                    pool.Quantity + Exact.Shares(entry.Quantity * _scales[index]),
                    pool.Cost + booked.Opened[0].Cost
                );
                break;
            case EntryKind.TransferOut:
                pool.Take(Exact.Shares(entry.Quantity * _scales[index]));
                break;
            case EntryKind.Split or EntryKind.ReturnOfCapital:
                pool.Quantity -= Math.Min(pool.Quantity, Exact.Shares(booked.Closed.Sum(c => c.Quantity) * _scales[index]));
                Beyond(entry, symbol, pool.Lower(entry.InBase(entry.Amount)));
                break;
            case EntryKind.Spinoff or EntryKind.Merger when before > 0:
                Reorganise(entry, booked, pool, before, _scales[index]);
                break;
        }
    }

    private void Reorganise(LedgerEntry entry, Booked booked, Pool pool, decimal before, decimal scale)
    {
        var cash = entry.InBase(entry.Amount);
        var merged = entry.Kind == EntryKind.Merger;
        var moved = entry.Ratio == 0 ? 0 : Exact.Money(pool.Cost * entry.CostFraction);
        if (merged && (entry.Ratio == 0 || entry.CostFraction < 1))
        {
            var quantity = entry.Ratio == 0 ? before : 0;
            _gains.Add(
                new RealizedGain(
                    entry.Symbol!,
                    entry.Id,
                    null,
                    quantity,
                    null,
                    entry.Day,
                    cash,
                    pool.Cost - moved,
                    null,
                    0,
                    MatchRule.Section104
                )
            );
            cash = 0;
        }
        if (merged) pool.Take(pool.Quantity);
        else pool.Cost -= moved;
        if (entry.Ratio == 0) return;
        var target = PoolOf(entry.TargetSymbol!);
        var received = booked.Opened.Sum(l => l.Remaining) - booked.Closed.Where(_ => cash > 0).Sum(c => c.Quantity);
        (target.Quantity, target.Cost) = (target.Quantity + Exact.Shares(received * ScaleAfter(entry)), target.Cost + moved);
        Beyond(entry, entry.TargetSymbol!, target.Lower(cash));
    }

    /// <summary>The target's splits after the entry.</summary>
    private decimal ScaleAfter(LedgerEntry entry) =>
        _entries
            .SkipWhile(e => !ReferenceEquals(e, entry))
            .Where(e => e.Kind == EntryKind.Split && e.Symbol == entry.TargetSymbol)
            .Aggregate(1m, (s, e) => s * e.Ratio);

    private void Beyond(LedgerEntry entry, string symbol, decimal gain)
    {
        if (gain > 0) _gains.Add(new RealizedGain(symbol, entry.Id, null, 0, null, entry.Day, gain, 0, null, 0, MatchRule.Section104));
    }

    private Pool PoolOf(string symbol)
    {
        if (!_pools.TryGetValue(symbol, out var pool)) _pools[symbol] = pool = new Pool();
        return pool;
    }
}
