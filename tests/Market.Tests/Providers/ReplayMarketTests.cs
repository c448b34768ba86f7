using AgentInvest.Market.Providers;
using static AgentInvest.Market.Tests.Markets;

namespace AgentInvest.Market.Tests.Providers;

public sealed class ReplayMarketTests
{
    private const string Good = Folder.Header + "2020-01-02,10,12,9,11,1000\n2020-01-03,11,13,10,12,2000\n2020-01-06,6,7,5,6.5,3000\n";

    [Theory]
    [InlineData("X.csv", "date,open,high,low,close\n", 1, "the header must be date,open,high,low,close,volume")]
    [InlineData("X.csv", Folder.Header + "2020-01-02,10,12,9,11\n", 2, "5 fields")]
    [InlineData("X.csv", Folder.Header + "2020-01-02,10,12,9,11,1000,x\n", 2, "7 fields")]
    [InlineData("X.csv", Folder.Header + "2020-01-02,10,12,9,11,1000\n02/01/2020,10,12,9,11,1000\n", 3, "02/01/2020")]
    [InlineData("X.csv", Folder.Header + "2020-01-02,ten,12,9,11,1000\n", 2, "ten")]
    [InlineData("X.csv", Folder.Header + "2020-01-02,10,12,9,0,1000\n", 2, "'0' must be positive")]
    [InlineData("X.csv", Folder.Header + "2020-01-02,10,12,9,-11,1000\n", 2, "-11")]
    [InlineData("X.csv", Folder.Header + "2020-01-02,10,12,9,1e99,1000\n", 2, "too large")]
    [InlineData("X.csv", Good + "2020-01-06,6,7,5,6.5,3000\n", 5, "the dates must rise")]
    [InlineData("actions.csv", "symbol,date,kind,value\n", 1, "the header must be symbol,lastDateBefore,kind,value")]
    [InlineData(
        "actions.csv",
        "symbol,lastDateBefore,kind,value\nX,2020-01-03,merger,2\n",
        2,
        "kind 'merger' is neither split nor dividend"
    )]
    [InlineData("actions.csv", "symbol,lastDateBefore,kind,value\nX,2020-01-03,split,0\n", 2, "'0' must be positive")]
    public void A_line_that_cannot_be_read_is_named(string file, string content, int line, string reason)
    {
        using var folder = new Folder().With("X.csv", Good).With(file, content);
        var message = Assert.Throws<InvalidOperationException>(() => Replay(folder.Path)).Message;
        Assert.StartsWith($"{Path.Combine(folder.Path, file)}, line {line}: ", message);
        Assert.Contains(reason, message);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_refused() =>
        Assert.Contains("there is no folder", Assert.Throws<InvalidOperationException>(() => Replay("/nowhere/at/all")).Message);

    [Fact]
    public void Without_a_folder_nothing_is_listed() => Assert.Empty(Replay(null).Instruments);

    [Fact]
    public void The_last_quote_is_stale_at_the_close_of_its_day()
    {
        using var folder = new Folder().With("x.csv", Good.Replace("\n", "\r\n", StringComparison.Ordinal));
        var market = Replay(folder.Path);
        var quote = market.QuoteOf("X", Now);
        Assert.Equal(
            (6.5m, 12m, true, "replay", MarketState.Closed, new DateTimeOffset(2020, 1, 6, 21, 0, 0, TimeSpan.Zero)),
            (quote.Price, quote.PreviousClose, quote.Stale, quote.Source, quote.MarketState, quote.AsOf)
        );
    }

    [Fact]
    public void Recorded_history_has_no_ticks()
    {
        using var folder = new Folder().With("X.csv", Good);
        var market = Replay(folder.Path);
        Assert.False(market.Ticks);
        Assert.Equal(market.TickOf("X", Now), market.TickOf("X", Now.AddDays(1)));
        Assert.Empty(market.Minutes("X", DateTimeOffset.MinValue, Now, Now));
    }

    [Fact]
    public void Daily_bars_are_those_within_the_days_asked_for()
    {
        using var folder = new Folder().With("X.csv", Good);
        Assert.Equal([11m, 12m], Replay(folder.Path).Daily("X", Day("2020-01-01"), Day("2020-01-05"), Now).Select(b => b.C));
    }

    [Fact]
    public void An_action_takes_effect_on_the_first_day_traded_after_it()
    {
        using var folder = new Folder()
            .With("X.csv", Good)
            .With(
                "actions.csv",
                """
                symbol,lastDateBefore,kind,value
                X,2020-01-03,split,2
                x,2020-01-02,dividend,0.25
                X,2020-01-06,dividend,0.5
                X,2019-12-31,dividend,0.1
                X,2019-06-28,dividend,0.1
                Y,2020-01-03,split,3

                """
            );
        Assert.Equal(
            [
                ("2019-06-28", "2019-07-01", CorporateActionKind.Dividend, 0.1m), // before the first day recorded: by the calendar
                ("2019-12-31", "2020-01-02", CorporateActionKind.Dividend, 0.1m),
                ("2020-01-02", "2020-01-03", CorporateActionKind.Dividend, 0.25m),
                ("2020-01-03", "2020-01-06", CorporateActionKind.Split, 2m), // over the weekend
                ("2020-01-06", "2020-01-07", CorporateActionKind.Dividend, 0.5m), // after the last
            ],
            Replay(folder.Path)
                .Actions("X", Now)
                .Select(a => ($"{a.LastDateBefore:yyyy-MM-dd}", $"{a.EffectiveOn:yyyy-MM-dd}", a.Kind, a.Value))
        );
    }

    [Fact]
    public void A_symbol_in_the_folder_is_served_from_it_alone()
    {
        using var folder = new Folder().With("AAPL.csv", Good);
        var chain = new ProviderChain([Replay(folder.Path), Simulated()]);
        Assert.Equal(("replay", "simulated"), (chain.Of("AAPL")!.Source, chain.Of("MSFT")!.Source));
        Assert.Equal(3, chain.Of("AAPL")!.Daily("AAPL", DateOnly.MinValue, DateOnly.MaxValue, Now).Count);
        Assert.Equal("Apple Inc.", chain.Of("AAPL")!.Find("AAPL")!.Name);
        Assert.Single(chain.All(), x => x.Instrument.Symbol == "AAPL");
    }

    [Fact]
    public void Changed_files_are_another_version()
    {
        using var folder = new Folder().With("X.csv", Good);
        var before = Replay(folder.Path).Version;
        Assert.Equal(before, Replay(folder.Path).Version);
        folder.With("actions.csv", "symbol,lastDateBefore,kind,value\nX,2020-01-03,split,2\n");
        Assert.NotEqual(before, Replay(folder.Path).Version);
    }

    [DataFact("market")]
    public void The_recorded_market_is_read_whole()
    {
        var market = Replay(Checkout.Data("market"));
        Assert.Equal(12, market.Instruments.Count);
        Assert.Equal(669, market.Instruments.Sum(i => market.Actions(i.Symbol, Now).Count));
        Assert.Equal(
            [2m, 2m, 7m, 4m],
            market.Actions("AAPL", Now).Where(a => a.Kind == CorporateActionKind.Split).Select(a => a.Value).TakeLast(4)
        );
    }
}
