using AgentInvest.Finance.Bars;
using AgentInvest.Market.Providers;
using static AgentInvest.Market.Tests.Markets;

namespace AgentInvest.Market.Tests.Providers;

public sealed class SimulatedMarketTests
{
    private static readonly SimulatedMarket Market = Simulated();

    /// <summary>
    /// Pinned: books and stored series hold these prices, so they must never change unnoticed. Another set of prices is another Version.
    /// </summary>
    [Theory]
    [InlineData("AAPL", "2015-01-02", 111.31)]
    [InlineData("AAPL", "2020-08-31", 45.89)]
    [InlineData("SPY", "2024-12-31", 389.38)]
    [InlineData("EURUSD", "2020-03-16", 1.2458)]
    [InlineData("BTC-USD", "2021-01-02", 2982.76)]
    public void The_default_market_has_these_closes(string symbol, string day, double close) =>
        Assert.Equal((decimal)close, Assert.Single(Market.Daily(symbol, Day(day), Day(day), Now)).C);

    [Fact]
    public void The_same_seed_gives_the_same_market_whatever_is_asked_first()
    {
        var other = Simulated();
        // The other is asked late things first, and only some.
        Assert.Equal(Market.TickOf("MSFT", Now), other.TickOf("MSFT", Now));
        foreach (var symbol in new[] { "JPM", "AAPL", "EURUSD", "^GSPC", "BTC-USD" })
        {
            Assert.Equal(Market.QuoteOf(symbol, Now), other.QuoteOf(symbol, Now));
            Assert.Equal(
                Market.Daily(symbol, DateOnly.MinValue, DateOnly.MaxValue, Now),
                other.Daily(symbol, DateOnly.MinValue, DateOnly.MaxValue, Now)
            );
            Assert.Equal(Market.Minutes(symbol, Now.AddHours(-1), Now, Now), other.Minutes(symbol, Now.AddHours(-1), Now, Now));
            Assert.Equal(Market.Actions(symbol, Now), other.Actions(symbol, Now));
        }
        Assert.Equal(Market.Version, other.Version);
    }

    [Fact]
    public void Another_seed_gives_another_market()
    {
        var another = Simulated(seed: 43);
        Assert.NotEqual(Market.Version, another.Version);
        Assert.NotEqual(Market.TickOf("MSFT", Now).Price, another.TickOf("MSFT", Now).Price);
    }

    [Fact]
    public void History_has_exactly_the_exchange_days_from_2015_to_yesterday()
    {
        var traded = Market.Daily("AAPL", DateOnly.MinValue, DateOnly.MaxValue, Now).Select(b => b.Day).ToList();
        Assert.Equal((Day("2015-01-02"), Day("2026-01-02")), (traded[0], traded[^1]));
        Assert.All(traded, day => Assert.True(ExchangeCalendar.IsTradingDay(day)));
        for (var day = traded[0]; day <= traded[^1]; day = ExchangeCalendar.Next(day)) Assert.Contains(day, traded);
    }

    [Fact]
    public void Crypto_trades_every_day() =>
        Assert.Equal(7, Market.Daily("BTC-USD", Day("2025-12-24"), Day("2025-12-30"), Now).Count);

    [Fact]
    public void Currencies_rest_on_weekends() =>
        Assert.DoesNotContain(
            Market.Daily("EURUSD", DateOnly.MinValue, DateOnly.MaxValue, Now),
            b => b.Day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday
        );

    [Fact]
    public void Every_bar_is_plausible() =>
        Assert.All(
            Market.Instruments,
            i =>
                Assert.All(
                    Market.Daily(i.Symbol, DateOnly.MinValue, DateOnly.MaxValue, Now),
                    b =>
                        Assert.True(
                            b.L > 0 && b.L <= Math.Min(b.O, b.C) && b.H >= Math.Max(b.O, b.C) && b.H < 2 * b.L && b.V >= 0,
                            $"{i.Symbol} {b}"
                        )
                )
        );

    [Theory]
    [InlineData("AAPL")]
    [InlineData("EURUSD")]
    [InlineData("BTC-USD")]
    [InlineData("^GSPC")]
    public void Ticks_agree_with_every_bar_over_them(string symbol)
    {
        var start = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        var day = Assert.Single(Market.Daily(symbol, Day("2026-01-05"), Day("2026-01-05"), start.AddDays(1)));
        var ticks = Enumerable.Range(0, 86400).Select(s => Market.TickOf(symbol, start.AddSeconds(s)).Price).ToArray();
        Assert.Equal(day.O, ticks[0]);
        Assert.InRange(ticks[^1], day.C * 0.9999m, day.C * 1.0001m);
        Assert.All(ticks, p => Assert.InRange(p, day.L, day.H));

        var minutes = Market.Minutes(symbol, start, start.AddDays(1).AddTicks(-1), start.AddDays(1));
        Assert.Equal(symbol is "AAPL" or "^GSPC" ? 390 : 1440, minutes.Count);
        foreach (var minute in minutes)
        {
            var within = ticks.AsSpan((int)(minute.T - start).TotalSeconds, 60).ToArray();
            Assert.Equal((within[0], within[59]), (minute.O, minute.C));
            Assert.InRange(minute.H, minute.O, within.Max());
            Assert.InRange(minute.L, within.Min(), minute.O);
        }
        // The quote of each quarter of an hour has what has been, nothing of what will be.
        for (var second = 0; second < 86400; second += 900)
        {
            var quote = Market.QuoteOf(symbol, start.AddSeconds(second));
            Assert.Equal(
                (day.O, ticks[..(second + 1)].Max(), ticks[..(second + 1)].Min(), ticks[second]),
                (quote.Open, quote.High, quote.Low, quote.Price)
            );
        }
    }

    [Fact]
    public void The_last_minute_bar_is_of_the_last_minute_that_is_over()
    {
        var last = Market.Minutes("AAPL", Now.AddHours(-1), Now.AddHours(1), Now)[^1];
        Assert.Equal(Now.AddMinutes(-1).AddSeconds(-30), last.T);
    }

    [Fact]
    public void Hours_without_trading_have_no_minute_bars() =>
        Assert.Empty(Market.Minutes("AAPL", Now.AddDays(-1), Now.AddDays(-1).AddHours(8), Now));

    [Fact]
    public void Minute_bars_reach_back_seven_days() =>
        Assert.Equal(Day("2025-12-29"), Market.Minutes("BTC-USD", DateTimeOffset.MinValue, Now, Now)[0].Day);

    [Fact]
    public void The_state_of_the_market_follows_the_exchange_hours()
    {
        Assert.Equal(
            (MarketState.Open, MarketState.Closed, MarketState.Closed),
            (
                Market.QuoteOf("AAPL", Now).MarketState,
                Market.QuoteOf("AAPL", Now.AddHours(-4)).MarketState,
                Market.QuoteOf("AAPL", Now.AddDays(-1)).MarketState
            )
        );
    }

    [Fact]
    public void A_split_shows_in_raw_prices_only()
    {
        foreach (var (symbol, splits) in Universe.Splits)
        {
            var raw = Market.Daily(symbol, DateOnly.MinValue, DateOnly.MaxValue, Now);
            var actions = Market.Actions(symbol, Now);
            Assert.Equal(splits, actions.Where(a => a.Kind == CorporateActionKind.Split).Select(a => (a.LastDateBefore, a.Value)));
            var adjusted = BarMath.Adjust(
                raw,
                actions.Select(a => new Adjustment(a.LastDateBefore, a.Kind == CorporateActionKind.Split, a.Value))
            );
            foreach (var split in actions.Where(a => a.Kind == CorporateActionKind.Split))
            {
                var i = raw.ToList().FindIndex(b => b.Day == split.EffectiveOn);
                Assert.Equal(split.LastDateBefore, raw[i - 1].Day);
                Assert.InRange(raw[i - 1].C / raw[i].C / split.Value, 0.8m, 1.25m);
                Assert.InRange(adjusted[i - 1].C / adjusted[i].C, 0.8m, 1.25m);
            }
            for (var i = 1; i < adjusted.Length; i++) Assert.InRange(adjusted[i].C / adjusted[i - 1].C, 0.7m, 1.4m);
        }
    }

    [Fact]
    public void A_dividend_takes_its_amount_off_the_price_four_times_a_year()
    {
        var dividends = Market.Actions("KO", Now).Where(a => a.Kind == CorporateActionKind.Dividend).ToList();
        Assert.Equal(44, dividends.Count);
        Assert.All(
            dividends,
            d => Assert.True(d.EffectiveOn.Month % 3 == 2 && ExchangeCalendar.Next(d.LastDateBefore) == d.EffectiveOn && d.Value > 0)
        );
        var raw = Market.Daily("KO", DateOnly.MinValue, DateOnly.MaxValue, Now).ToDictionary(b => b.Day);
        // 3 % a year in quarters, of the close before.
        Assert.All(dividends, d => Assert.InRange(d.Value / raw[d.LastDateBefore].C, 0.007m, 0.008m));
    }

    [Fact]
    public void A_company_that_pays_none_has_no_dividends() =>
        Assert.DoesNotContain(Market.Actions("AMZN", Now), a => a.Kind == CorporateActionKind.Dividend);

    [Fact]
    public void Currencies_have_no_corporate_actions() => Assert.Empty(Market.Actions("EURUSD", Now));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(1000)]
    public void All_symbols_tick_together_as_often_as_configured(int perSecond)
    {
        var market = Simulated(ticksPerSecond: perSecond);
        var first = market.TickNumber(Now);
        Assert.Equal(perSecond, market.TickNumber(Now.AddSeconds(1)) - first);
        for (var number = first; number < first + 2 * perSecond; number++)
        {
            Assert.Equal(number, market.TickNumber(market.TickTime(number)));
            Assert.True(market.TickTime(number + 1) > market.TickTime(number));
            Assert.Equal(market.Tick("AAPL", number).Time, market.Tick("MSFT", number).Time);
        }
        var tick = market.TickOf("AAPL", Now);
        Assert.Equal((first, "simulated", tick.Price - 0.01m, tick.Price + 0.01m), (tick.Seq, tick.Source, tick.Bid, tick.Ask));
        Assert.Equal(
            Market.Daily("AAPL", Day("2025-06-02"), Day("2025-06-30"), Now),
            market.Daily("AAPL", Day("2025-06-02"), Day("2025-06-30"), Now)
        );
    }

    [Fact]
    public void A_list_of_names_replaces_the_universe_but_for_exchange_rates()
    {
        var market = Simulated(symbols: "acme, AAPL ,acme,NEW.CO");
        Assert.Equal(["ACME", "AAPL", "NEW.CO"], market.Instruments.Where(i => i.Type != "fx").Select(i => i.Symbol));
        Assert.Null(market.Find("MSFT"));
        Assert.NotNull(market.Find("USDCHF"));
        Assert.Equal("Apple Inc.", market.Find("AAPL")!.Name);
        Assert.InRange(market.TickOf("ACME", Now).Price, 10, 2000);
        Assert.NotEqual(Market.Version, market.Version);
    }

    [Fact]
    public void The_universe_is_what_the_documents_say()
    {
        Assert.InRange(Market.Instruments.Count(i => i.Type is "equity" or "etf"), 55, 65);
        Assert.All(Market.Instruments, i => Assert.True(Symbols.IsValid(i.Symbol)));
        Assert.All(Market.Instruments.Where(i => i.Type == "equity"), i => Assert.False(string.IsNullOrEmpty(i.Sector)));
        Assert.Equal(2, Market.Instruments.Count(i => i.Type == "crypto"));
        Assert.True(new[] { "AAPL", "MSFT", "AMZN", "JPM", "SPY", "QQQ" }.All(s => Market.Find(s) is not null));
    }
}
