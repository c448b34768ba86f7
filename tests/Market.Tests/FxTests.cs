using AgentInvest.Market.Providers;
using static AgentInvest.Market.Tests.Markets;

namespace AgentInvest.Market.Tests;

public sealed class FxTests
{
    private static readonly ProviderChain Chain = new([Simulated()]);

    [Fact]
    public void A_listed_pair_is_answered_as_quoted() =>
        Assert.Equal(Chain.Of("USDCHF")!.QuoteOf("USDCHF", Now).Price, Fx.Now(Chain, "USD", "CHF", Now)!.Value.Rate);

    [Fact]
    public void The_inverse_of_a_listed_pair_is_one_over_its_rate()
    {
        var listed = Chain.Of("USDCHF")!.QuoteOf("USDCHF", Now).Price;
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
    }

    [Theory]
    [InlineData("EUR", "CHF")]
    [InlineData("EUR", "GBP")]
    [InlineData("CHF", "JPY")]
    [InlineData("JPY", "EUR")]
    public void Daily_rates_there_times_back_are_one(string from, string to)
    {
        var there = Fx.Rates(Chain, from, to, Day("2025-06-02"), Day("2025-06-30"), Now)!;
        var back = Fx.Rates(Chain, to, from, Day("2025-06-02"), Day("2025-06-30"), Now)!;
        Assert.True(there.Days[0] <= Day("2025-06-02"));
        Assert.All(there.Prices.Zip(back.Prices), p => Assert.InRange(p.First * p.Second, 0.999999m, 1.000001m));
    }

    [Fact]
    public void A_currency_nobody_quotes_has_no_rate()
    {
        Assert.Null(Fx.Now(Chain, "EUR", "XXX", Now));
        Assert.Null(Fx.Rates(Chain, "XXX", "EUR", Day("2025-06-02"), Day("2025-06-30"), Now));
    }

    [Fact]
    public void A_currency_in_itself_is_one()
    {
        Assert.Equal([1m], Fx.Rates(Chain, "SEK", "SEK", Day("2025-06-02"), Day("2025-06-30"), Now)!.Prices);
        Assert.Equal(1m, Fx.Now(Chain, "USD", "USD", Now)!.Value.Rate);
    }

    [Fact]
    public void A_cross_is_as_stale_as_its_older_leg()
    {
        using var folder = new Folder().With("USDCHF.csv", Folder.Header + "2020-01-02,0.97,0.98,0.96,0.97,0\n");
        var chain = new ProviderChain([Replay(folder.Path), Simulated()]);
        foreach (var (from, to) in new[] { ("EUR", "CHF"), ("CHF", "EUR") })
        {
            var rate = Fx.Now(chain, from, to, Now)!.Value;
            Assert.Equal((true, 2020, "replay"), (rate.Stale, rate.AsOf.Year, rate.Source));
        }
    }

    [Theory]
    [InlineData("2024-01-01", 10)]
    [InlineData("2024-01-02", 10)]
    [InlineData("2024-01-03", 10)]
    [InlineData("2024-01-04", 20)]
    [InlineData("2024-02-01", 20)]
    public void A_rate_is_carried_forward_from_the_last_day_known(string day, int rate)
    {
        var rates = new DailyCloses("EURUSD", "USD", "test", [Day("2024-01-02"), Day("2024-01-04")], [10, 20]);
        Assert.Equal(rate, rates.At(Day(day)));
    }
}
