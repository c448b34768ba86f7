using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Performance;

namespace AgentInvest.Bench;

/// <summary>
/// The straightforward way: for each day, what is held follows from all transactions up to it, each at the day's price and rate. Value, net
/// invested and time-weighted return; no lots, no other returns.
/// </summary>
internal static class PerDay
{
    public sealed record Result(decimal Value, decimal NetInvested, decimal Twr);

    public static Result Compute(List<LedgerEntry> ledger, MarketHistory market, DateOnly to)
    {
        var (value, invested, growth) = (0m, 0m, 1m);
        for (var day = ledger[0].Day; day <= to; day = day.AddDays(1))
        {
            var held = new Dictionary<string, decimal>();
            var cash = new Dictionary<string, decimal>();
            var (put, before) = (0m, value);
            foreach (var entry in ledger)
            {
                if (entry.Day > day) break;
                if (entry.Kind == EntryKind.Deposit) put += entry.Amount;
                if (entry.Kind is EntryKind.Buy or EntryKind.Sell)
                    held[entry.Symbol!] =
                        held.GetValueOrDefault(entry.Symbol!) + (entry.Kind == EntryKind.Buy ? entry.Quantity : -entry.Quantity);
                var left = cash.GetValueOrDefault(entry.Currency) + entry.CashFlowLocal;
                if (entry.Currency != "USD" && left < 0)
                {
                    cash["USD"] = cash.GetValueOrDefault("USD") + left * entry.FxRate;
                    left = 0;
                }
                cash[entry.Currency] = left;
            }
            value = 0;
            foreach (var (symbol, quantity) in held)
            {
                var prices = market.Prices[symbol];
                value += quantity * prices.On(day)!.Value * (prices.Currency == "USD" ? 1 : market.Rates[prices.Currency!].On(day)!.Value);
            }
            foreach (var (currency, amount) in cash) value += currency == "USD" ? amount : amount * market.Rates[currency].On(day)!.Value;
            if (before + put - invested != 0) growth *= value / (before + put - invested);
            invested = put;
        }
        return new Result(value, invested, growth - 1);
    }
}

/// <summary>Lots in a list that each sale walks for the one to close, as books are usually written.</summary>
internal static class LinearScan
{
    private sealed class Held(decimal quantity, decimal cost)
    {
        public decimal Quantity { get; set; } = quantity;
        public decimal Cost { get; set; } = cost;
    }

    public static object Replay(List<LedgerEntry> ledger, CostBasisMethod method)
    {
        var lots = new List<Held>();
        var gain = 0m;
        foreach (var entry in ledger)
        {
            if (entry.Kind == EntryKind.Buy)
            {
                lots.Add(new Held(entry.Quantity, entry.Quantity * entry.Price));
                // The average is recomputed at each purchase.
                if (method == CostBasisMethod.Average && lots.Sum(l => l.Cost) / lots.Sum(l => l.Quantity) is var average)
                    lots.ForEach(l => l.Cost = l.Quantity * average);
                continue;
            }
            for (var left = entry.Quantity; left > 0;)
            {
                var lot = method switch
                {
                    CostBasisMethod.Lifo => lots[^1],
                    CostBasisMethod.Hifo => lots.MaxBy(l => l.Cost / l.Quantity)!,
                    _ => lots[0],
                };
                var taken = Math.Min(left, lot.Quantity);
                var cost = lot.Cost * taken / lot.Quantity;
                gain += taken * entry.Price - cost;
                (lot.Quantity, lot.Cost, left) = (lot.Quantity - taken, lot.Cost - cost, left - taken);
                if (lot.Quantity == 0) lots.Remove(lot);
            }
        }
        return gain;
    }
}
