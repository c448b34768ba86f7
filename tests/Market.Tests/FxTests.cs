using AgentInvest.Market.Providers;
using static AgentInvest.Market.Tests.Markets;

namespace AgentInvest.Market.Tests;

public sealed class FxTests
{
    private static readonly ProviderChain Chain = new([Simulated()]);

    [Fact]
    public void A_listed_pair_is_answered_as_quoted_and_its_inverse_as_one_over_it()
    {
        var listed = Chain.Of("USDCHF")!.QuoteOf("USDCHF", Now).Price;
        Assert.Equal(listed, Fx.Now(Chain, "USD", "CHF", Now)!.Value.Rate);
        Assert.Equal(decimal.Round(1 / listed, 8), Fx.Now(Chain, "CHF", "USD", Now)!.Value.Rate);
    }

    [Theory]
    [InlineData("EUR", "CHF", true, true)]
    [InlineData("EUR", "GBP", true, false)]
    [InlineData("CHF", "JPY", false, true)]
    [InlineData("JPY", "EUR", false, false)]
    public void Other_pairs_are_crossed_through_the_dollar(string from, string to, bool fromQuotedInDollars, bool toQuotedPerDollar)
    {
        decimal Price(string pair) => Chain.Of(pair)!.QuoteOf(pair, Now).Price;
        var dollars = fromQuotedInDollars ? Price(from + "USD") : 1 / Price("USD" + from);
        var rate = Fx.Now(Chain, from, to, Now)!.Value;
        Assert.Equal(decimal.Round(toQuotedPerDollar ? dollars * Price("USD" + to) : dollars / Price(to + "USD"), 8), rate.Rate, 7);
        Assert.Equal(("simulated", false), (rate.Source, rate.Stale));
        // Days are crossed the same way, and there and back is where it began.
        var there = Fx.Rates(Chain, from, to, Day("2025-06-02"), Day("2025-06-30"), Now)!;
        var back = Fx.Rates(Chain, to, from, Day("2025-06-02"), Day("2025-06-30"), Now)!;
        Assert.True(there.Days[0] <= Day("2025-06-02"));
        Assert.All(there.Prices.Zip(back.Prices), p => Assert.InRange(p.First * p.Second, 0.999999m, 1.000001m));
    }

    [Fact]
    public void A_currency_nobody_quotes_has_no_rate_and_one_in_itself_is_one()
    {
        Assert.Null(Fx.Now(Chain, "EUR", "XXX", Now));
        Assert.Null(Fx.Rates(Chain, "XXX", "EUR", Day("2025-06-02"), Day("2025-06-30"), Now));
        Assert.Equal([1m], Fx.Rates(Chain, "SEK", "SEK", Day("2025-06-02"), Day("2025-06-30"), Now)!.Prices);
        Assert.Equal(1m, Fx.Now(Chain, "USD", "USD", Now)!.Value.Rate);
    }

    [Fact]
    public void A_cross_is_stale_when_either_leg_is_and_as_old_as_the_older()
    {
        using var folder = new Folder().With("USDCHF.csv", Folder.Header + "2020-01-02,0.97,0.98,0.96,0.97,0\n");
        var chain = new ProviderChain([Replay(folder.Path), Simulated()]);
        foreach (var (from, to) in new[] { ("EUR", "CHF"), ("CHF", "EUR") })
        {
            var rate = Fx.Now(chain, from, to, Now)!.Value;
            Assert.Equal((true, 2020, "replay"), (rate.Stale, rate.AsOf.Year, rate.Source));
        }
    }
}
