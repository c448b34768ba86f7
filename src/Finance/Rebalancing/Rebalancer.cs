using System.Globalization;

namespace AgentInvest.Finance.Rebalancing;

/// <summary>
/// Brings holdings towards their targets: new cash first goes where it lacks most; what is then still further off than the band is traded
/// to its target, sold first and bought with the proceeds. No trade goes past its target, none spends what is not there, and a plan whose
/// fees would leave things further off than they are is none. Tolerance bands and cash flow rebalancing as in Jaconetti, Kinniry and
/// Zilbering, "Best practices for portfolio rebalancing" (Vanguard, 2010).
/// </summary>
public sealed class Rebalancer
{
    private readonly RebalanceOptions _options;
    private readonly LotPicker _picker;
    private readonly List<Line> _lines;
    private readonly List<LeftOut> _leftOut = [];
    private readonly decimal _total;
    private readonly decimal _cashTarget;
    private decimal _cash;

    private Rebalancer(IReadOnlyList<Asset> assets, RebalanceOptions options)
    {
        (_options, _picker, _cash) = (options, new LotPicker(options), options.Cash);
        _total = assets.Sum(a => a.Quantity * a.Price) + options.Cash;
        _lines = assets.Select(a => new Line(a, a.Quantity, a.Target * _total)).ToList();
        _cashTarget = (1 - assets.Sum(a => a.Target)) * _total;
    }

    private sealed class Line(Asset asset, decimal quantity, decimal wanted)
    {
        public Asset Asset => asset;
        public decimal Wanted => wanted;
        public decimal Quantity { get; set; } = quantity;
        public decimal Bought { get; set; }
        public List<LotSale> Sold { get; set; } = [];
        public bool Breached { get; set; }

        /// <summary>Too much of it, positive, or too little, in base currency.</summary>
        public decimal Excess => Quantity * asset.Price - wanted;
    }

    /// <exception cref="ArgumentException">Targets above 1 together or below 0, a price of 0 or less, or negative cash.</exception>
    public static RebalancePlan Plan(IReadOnlyList<Asset> assets, RebalanceOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Cash);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.ShareStep);
        if (assets.Any(a => a.Target < 0 || a.Price <= 0) || assets.Sum(a => a.Target) > 1)
            throw new ArgumentException("Targets must be 0 or more and at most 1 together, prices above 0.", nameof(assets));
        return new Rebalancer(assets, options).Plan();
    }

    private RebalancePlan Plan()
    {
        var before = Drift(_total, _cash);
        if (_total <= 0) return new RebalancePlan([], [], 0, 0, 0, 0, _cash);
        // New cash beyond what is to stay cash, where it lacks most.
        foreach (var line in Lacking()) Buy(line);
        foreach (var line in _lines) line.Breached = Math.Abs(line.Excess) > _options.Band * _total;
        if (_lines.Any(l => l.Breached))
        {
            Sell();
            foreach (var line in Lacking().OrderByDescending(l => l.Breached)) Buy(line);
        }
        return Result(before);
    }

    private List<Line> Lacking() =>
        _lines.Where(l => l.Excess < 0).OrderBy(l => l.Excess).ThenBy(l => l.Asset.Symbol, StringComparer.Ordinal).ToList();

    /// <summary>
    /// What is beyond its band goes down to its target; of the rest only as much as what lacks beyond its own band needs.
    /// </summary>
    private void Sell()
    {
        var needed =
            _lines.Where(l => l.Breached && l.Excess < 0).Sum(l => -l.Excess)
            + _cashTarget
            - _cash
            - _lines.Where(l => l.Breached && l.Excess > 0).Sum(l => l.Excess);
        foreach (
            var line in _lines
                .Where(l => l.Excess > 0)
                .OrderByDescending(l => l.Breached)
                .ThenByDescending(l => l.Excess)
                .ThenBy(l => l.Asset.Symbol, StringComparer.Ordinal)
                .ToList()
        )
        {
            var amount = line.Breached ? line.Excess : Math.Min(line.Excess, needed);
            if (amount <= 0) continue;
            // The whole of what is not wanted at all, down to the last fraction.
            var quantity = line.Breached && line.Wanted == 0 ? line.Quantity : Steps(amount / line.Asset.Price);
            var allowed = Math.Min(quantity, _picker.Sellable(line.Asset));
            if (allowed < quantity)
                Leave(
                    line,
                    TradeSide.Sell,
                    $"{Number(quantity - allowed)} are held at a loss that would be a wash sale, for shares bought within 30 days"
                );
            if (allowed < quantity) allowed = Steps(allowed);
            if (!Worth(line, TradeSide.Sell, allowed)) continue;
            line.Sold = _picker.Pick(line.Asset, allowed);
            line.Quantity -= allowed;
            var proceeds = allowed * line.Asset.Price;
            _cash += proceeds - _options.Fee(proceeds);
            if (!line.Breached) needed -= proceeds;
        }
    }

    private void Buy(Line line)
    {
        var price = line.Asset.Price;
        if (line.Sold.Count > 0) return;
        // A second purchase of the same share is one trade: its fixed fee is paid already.
        var fixedFee = line.Bought > 0 ? 0 : _options.FeePerTrade;
        var affordable = (_cash - _cashTarget - fixedFee) / (1 + _options.FeeRate);
        var quantity = Steps(Math.Min(-line.Excess, affordable) / price);
        if (quantity <= 0 || !Worth(line, TradeSide.Buy, quantity)) return;
        if (_picker.WouldWash(line.Asset))
        {
            Leave(line, TradeSide.Buy, "it was sold at a loss within 30 days, which buying would make a wash sale");
            return;
        }
        line.Bought += quantity;
        line.Quantity += quantity;
        _cash -= quantity * price * (1 + _options.FeeRate) + fixedFee;
    }

    private bool Worth(Line line, TradeSide side, decimal quantity)
    {
        if (quantity <= 0) return false;
        var amount = quantity * line.Asset.Price;
        var proceeds = side == TradeSide.Sell ? amount - _options.Fee(amount) : amount;
        if (amount >= _options.MinimumTrade && proceeds > 0) return true;
        Leave(
            line,
            side,
            amount < _options.MinimumTrade ? $"{Number(amount)} is less than the smallest trade" : "the fee would take all of it"
        );
        return false;
    }

    private void Leave(Line line, TradeSide side, string reason)
    {
        if (!_leftOut.Exists(l => l.Symbol == line.Asset.Symbol && l.Side == side))
            _leftOut.Add(new LeftOut(line.Asset.Symbol, side, reason));
    }

    private RebalancePlan Result(decimal before)
    {
        var trades = _lines.Where(l => l.Sold.Count > 0).Select(l => Trade(l, TradeSide.Sell, l.Sold.Sum(s => s.Quantity)))
            .Concat(_lines.Where(l => l.Bought > 0).Select(l => Trade(l, TradeSide.Buy, l.Bought))).ToList();
        var fees = trades.Sum(t => t.Fee);
        var after = Drift(_total - fees, _cash);
        if (after <= before)
            return new RebalancePlan(trades, _leftOut, before, after, fees, _picker.Tax(trades.SelectMany(t => t.Lots)), _cash);
        return new RebalancePlan(
            [],
            [
                .. trades.Select(t => new LeftOut(
                    t.Symbol,
                    t.Side,
                    "the fees would leave the holdings further off their targets than they are"
                )),
            ],
            before,
            before,
            0,
            0,
            _options.Cash
        );
    }

    private PlannedTrade Trade(Line line, TradeSide side, decimal quantity)
    {
        var amount = quantity * line.Asset.Price;
        var (was, target) = (line.Asset.Quantity * line.Asset.Price / _total, line.Asset.Target);
        var reason =
            $"{line.Asset.Symbol} is {Percent(was)} of the whole and {Percent(target)} is wanted"
            + (side == TradeSide.Buy && line.Sold.Count == 0 && _options.Cash > 0 ? "; new cash goes where it lacks." : Lots(line));
        return new PlannedTrade(line.Asset.Symbol, side, quantity, line.Asset.Price, amount, _options.Fee(amount), reason, line.Sold);
    }

    private string Lots(Line line) =>
        _options.Lots != LotChoice.TaxAware || line.Sold.Count == 0 ? "."
        : line.Sold.Sum(s => s.Gain) is var gain && gain < 0 ? $"; a loss of {Number(-gain)} is realised."
        : $"; the lots that cost the least tax realise {Number(gain)}.";

    /// <summary>Half the sum of the distances, with cash as one of the holdings.</summary>
    private decimal Drift(decimal total, decimal cash)
    {
        if (total <= 0) return 0;
        var off = Math.Abs(cash / total - _cashTarget / (_total == 0 ? 1 : _total));
        foreach (var line in _lines) off += Math.Abs(line.Quantity * line.Asset.Price / total - line.Asset.Target);
        return off / 2;
    }

    private decimal Steps(decimal quantity) => quantity <= 0 ? 0 : decimal.Floor(quantity / _options.ShareStep) * _options.ShareStep;

    private static string Percent(decimal fraction) => (fraction * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";
    private static string Number(decimal value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
