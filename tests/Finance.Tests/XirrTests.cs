using AgentInvest.Finance.Performance;
using FsCheck;
using FsCheck.Fluent;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

public sealed class XirrTests
{
    [Theory]
    [InlineData(0.050140747, "2010-01-01", -200, "2010-12-31", 210)]
    [InlineData(0.412128788, "2015-12-31", -1000, "2016-06-01", 150, "2016-12-31", 1230)]
    [InlineData(0.412128788, "2016-12-31", 1230, "2015-12-31", -1000, "2016-06-01", 150)] // order does not matter
    // Microsoft's example for XIRR
    [InlineData(0.373362535, "2008-01-01", -10000, "2008-03-01", 2750, "2008-10-30", 4250, "2009-02-15", 3250, "2009-04-01", 2750)]
    [InlineData(-0.5, "2015-01-01", -100, "2016-01-01", 50)]
    [InlineData(0, "2015-01-01", -100, "2016-01-01", 100)]
    [InlineData(-0.999999, "2015-01-01", -1000000, "2016-01-01", 1)] // all but lost
    [InlineData(999999, "2015-01-01", -1, "2016-01-01", 1000000)]
    [InlineData(0.1, "2015-01-01", -100, "2016-01-01", 230, "2016-12-31", -132)] // roots at 10 and 20 per cent
    [InlineData(0.25, "2015-01-01", 100, "2016-01-01", -125)] // borrowed
    public void Agrees_with_published_figures(double expected, params object[] flows) =>
        Assert.Equal(expected, Solve(flows)!.Value, 1e-8 * Math.Max(1, expected));

    [Theory]
    [InlineData("only one of the two", "2015-01-01", -100)]
    [InlineData("only one of the two", "2015-01-01", -100, "2015-01-01", 200)]
    [InlineData("only one of the two", "2015-01-01", -100, "2016-01-01", -50)]
    [InlineData("only one of the two", "2015-01-01", 100, "2016-01-01", 0)]
    [InlineData("No money", "2015-01-01", 100, "2015-01-01", -100)]
    [InlineData("even out", "2015-01-01", 100, "2016-01-01", -150, "2016-12-31", 100)] // never 0
    public void Is_null_with_a_reason_where_there_is_none(string reason, params object[] flows) =>
        Assert.Contains(reason, Xirr.Explain(Flows(flows)).Reason, StringComparison.Ordinal);

    [Fact]
    public void Loses_or_doubles_all_in_a_day_without_overflow()
    {
        Assert.Equal(-1, Solve("2015-01-01", -1000, "2015-01-02", 1)!.Value, 1e-12);
        Assert.True(Solve("2015-01-01", -1, "2015-01-02", 1000) > 1e300);
    }

    [Fact]
    public void Finds_the_rate_that_the_flows_were_made_with() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<(byte Rate, (ushort Day, ushort Amount)[] Flows)>(),
                made =>
                {
                    if (made.Flows.Length == 0)
                        return;
                    var rate = made.Rate / 100.0 - 0.6;
                    var start = Day("2000-01-01");
                    var flows = made.Flows.Select(f => new Flow(start.AddDays(f.Day % 5000), -1.0 - f.Amount)).ToList();
                    flows.Add(
                        new Flow(
                            start.AddDays(5001),
                            -flows.Sum(f => f.Amount * Math.Pow(1 + rate, (start.AddDays(5001).DayNumber - f.Day.DayNumber) / 365.0))
                        )
                    );
                    Assert.Equal(rate, Xirr.Solve(flows)!.Value, 1e-9);
                }
            )
            .QuickCheckThrowOnFailure();

    private static double? Solve(params object[] flows) => Xirr.Solve(Flows(flows));

    private static IEnumerable<Flow> Flows(object[] flows) =>
        flows.Chunk(2).Select(f => new Flow(Day((string)f[0]), Convert.ToDouble(f[1])));
}
