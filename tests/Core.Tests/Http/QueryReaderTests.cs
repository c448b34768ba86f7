using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using AgentInvest.Core.Http;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Tests.Http;

public sealed class QueryReaderTests
{
    public enum Interval
    {
        [JsonStringEnumMemberName("1d")]
        Day,

        [JsonStringEnumMemberName("1w")]
        Week,
    }

    public sealed record Sample(
        PageRequest Page,
        string[] Names,
        [Description("Only since.")] DayOrInstant? From = null,
        Interval Interval = Interval.Day,
        bool Adjusted = true,
        [Range(1, 5)] int? Years = null,
        string? Symbol = null
    );

    private static Sample Read(string query) =>
        QueryReader.Read<Sample>(new DefaultHttpContext { Request = { QueryString = new QueryString(query) } }.Request);

    private static IReadOnlyDictionary<string, string[]> Faults(string query) =>
        Assert.Throws<ProblemException>(() => Read(query)).Problem.Errors!;

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var read = Read("?names=a");
        Assert.Equal(new Sample(new PageRequest(), read.Names), read);
    }

    [Fact]
    public void Values_are_read_by_type()
    {
        var read = Read("?names=sma:20,rsi&from=2026-01-31&interval=1w&adjusted=false&years=3&symbol=AAPL&limit=7");
        Assert.Equal(["sma:20", "rsi"], read.Names);
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero), read.From!.Value.Start);
        Assert.Equal((Interval.Week, false, 3, "AAPL", 7), (read.Interval, read.Adjusted, read.Years, read.Symbol, read.Page.Limit));
    }

    [Theory]
    [InlineData("?names=a&limit=0", "limit", "must be a whole number from 1 to 200")]
    [InlineData("?names=a&limit=x", "limit", "must be a whole number from 1 to 200")]
    [InlineData("?names=a&years=6", "years", "must be a whole number from 1 to 5")]
    [InlineData("?names=a&interval=2d", "interval", "must be one of 1d, 1w")]
    [InlineData("?names=a&interval=Day", "interval", "must be one of 1d, 1w")]
    [InlineData("?names=a&adjusted=yes", "adjusted", "must be true or false")]
    [InlineData("?names=a&from=yesterday", "from", "must be a date such as 2026-01-31 or an instant such as 2026-01-31T15:00:00Z")]
    [InlineData("?names=a&cursor=***", "cursor", "must be a cursor of this list")]
    [InlineData("?names=a&cursor=AAAA", "cursor", "must be a cursor of this list")]
    [InlineData("", "names", "is required")]
    public void A_value_that_cannot_be_read_is_named(string query, string field, string message) =>
        Assert.Equal([message], Faults(query)[field]);

    [Fact]
    public void All_faults_are_told_at_once() => Assert.Equal(["interval", "limit", "names"], Faults("?limit=0&interval=x").Keys.Order());

    [Fact]
    public void An_empty_value_is_left_out() => Assert.Null(Read("?names=a&symbol=").Symbol);

    [Fact]
    public void The_document_knows_each_parameter()
    {
        var parameters = QueryReader.Describe(typeof(Sample)).ToDictionary(p => p.Name);
        Assert.Equal(["limit", "cursor", "names", "from", "interval", "adjusted", "years", "symbol"], parameters.Keys);
        var limit = parameters["limit"];
        Assert.Equal((typeof(int), 50, (1m, 200m)), (limit.Type, (int)limit.Default!, limit.Range!.Value));
        Assert.Equal((true, true), (parameters["names"].IsRequired, parameters["names"].IsList));
        Assert.Equal((Interval.Day, false), ((Interval)parameters["interval"].Default!, parameters["interval"].IsRequired));
        Assert.Equal("Only since.", parameters["from"].Description);
    }
}
