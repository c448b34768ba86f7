using AgentInvest.Finance.Lots;

namespace AgentInvest.Finance.Rebalancing;

/// <summary>Chooses the lots of a sale.</summary>
internal sealed class LotPicker(RebalanceOptions options)
{
    private const int WashWindow = 30;

    /// <summary>
    /// The lots of at most <paramref name="quantity"/> shares in the order they are to be sold; fewer where the others would be wash sales.
    /// </summary>
    public List<LotSale> Pick(Asset asset, decimal quantity)
    {
        var sold = new List<LotSale>();
        foreach (var lot in Ordered(asset))
        {
            if (quantity <= 0) break;
            var taken = Math.Min(quantity, lot.Quantity);
            sold.Add(new LotSale(lot.Id, taken, taken * asset.Price - lot.Cost * (taken / lot.Quantity), TermOf(lot)));
            quantity -= taken;
        }
        return sold;
    }

    /// <summary>Whether a purchase now would turn an earlier loss into a wash sale.</summary>
    public bool WouldWash(Asset asset) =>
        options.Lots == LotChoice.TaxAware && asset.LastLoss is { } day && options.Today.DayNumber - day.DayNumber <= WashWindow;

    /// <summary>Shares that no loss forbids to sell.</summary>
    public decimal Sellable(Asset asset) => Ordered(asset).Sum(l => l.Quantity);

    private IEnumerable<TaxLot> Ordered(Asset asset) => options.Lots switch
    {
        LotChoice.Fifo => asset.Lots.OrderBy(l => l.AcquiredOn),
        LotChoice.Lifo => asset.Lots.OrderByDescending(l => l.AcquiredOn),
        LotChoice.Hifo => asset.Lots.OrderByDescending(l => l.Cost / l.Quantity).ThenBy(l => l.AcquiredOn),
        _ => asset.Lots.Where(l => !IsWash(asset, l)).OrderBy(l => TaxPerShare(asset, l)).ThenBy(l => l.AcquiredOn),
    };

    /// <summary>
    /// Other shares bought within the last 30 days stand in for those sold at a loss; the rest of the lot itself does not.
    /// </summary>
    private bool IsWash(Asset asset, TaxLot lot)
    {
        if (asset.Price >= lot.Cost / lot.Quantity) return false;
        bool Recent(DateOnly day) => options.Today.DayNumber - day.DayNumber <= WashWindow;
        return asset.Lots.Any(l => l.Id != lot.Id && Recent(l.AcquiredOn))
            || (asset.LastBought is { } bought && Recent(bought) && bought != lot.AcquiredOn);
    }

    private decimal TaxPerShare(Asset asset, TaxLot lot) =>
        (asset.Price - lot.Cost / lot.Quantity) * (TermOf(lot) == Term.LongTerm ? options.LongTermRate : options.ShortTermRate);

    private Term TermOf(TaxLot lot) => HoldingPeriod.TermOf(lot.AcquiredOn, options.Today);

    public decimal Tax(IEnumerable<LotSale> sales)
    {
        var (shortTerm, longTerm) = (0m, 0m);
        foreach (var sale in sales)
        {
            if (sale.Term == Term.LongTerm) longTerm += sale.Gain;
            else shortTerm += sale.Gain;
        }
        // A net loss of one term is set off against the other's gain.
        if (shortTerm < 0) (shortTerm, longTerm) = (0, longTerm + shortTerm);
        else if (longTerm < 0) (shortTerm, longTerm) = (shortTerm + longTerm, 0);
        return Math.Max(shortTerm, 0) * options.ShortTermRate + Math.Max(longTerm, 0) * options.LongTermRate;
    }
}
