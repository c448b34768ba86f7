using System.Text;
using AgentInvest.Core.Http;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Tests;

public sealed class BodyTests
{
    private sealed record Item(string? Name, decimal? Price);
    private sealed record Request(string? Symbol, decimal? Quantity, DateTimeOffset? At, IReadOnlyList<Item>? Items);

    [Theory]
    [InlineData("{\"symbol\":\"A\",\"quantity\":1.5,\"at\":\"2026-01-31T15:00:00Z\"}")]
    [InlineData("{\"symbol\":\"A\",\"quantity\":\"1.5\",\"at\":\"2026-01-31T16:00:00+01:00\"}")]
    [InlineData("{\"symbol\":\"A\",\"quantity\":15e-1,\"at\":\"2026-01-31T15:00:00.000Z\"}")]
    public async Task Numbers_may_be_strings_and_instants_may_have_any_offset(string json)
    {
        var request = await ReadAsync(json);
        Assert.Equal("A", request.Symbol);
        Assert.Equal(1.5m, request.Quantity);
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 15, 0, 0, TimeSpan.Zero), request.At);
    }

    [Theory]
    [InlineData("{\"symbol\":\"A\",\"colour\":1}", "colour", "is not a member of this request")]
    [InlineData("{\"items\":[{\"name\":\"x\",\"cost\":1}]}", "items[0].cost", "is not a member of this request")]
    [InlineData("{\"symbol\":\"A\",\"symbol\":\"B\"}", "symbol", "is given more than once")]
    [InlineData("{\"Symbol\":\"A\"}", "Symbol", "is not a member of this request")]
    [InlineData("{\"quantity\":\"NaN\"}", "quantity", "must be a decimal number")]
    [InlineData("{\"quantity\":\"Infinity\"}", "quantity", "must be a decimal number")]
    [InlineData("{\"quantity\":true}", "quantity", "must be a number")]
    [InlineData("{\"quantity\":1e300}", "quantity", "is too large")]
    [InlineData("{\"quantity\":0.12345678901234567890123456789012}", "quantity", "has more than 10 digits after the point")]
    [InlineData("{\"at\":\"2026-01-31\"}", "at", "must be an RFC 3339 instant such as 2026-01-31T15:00:00Z")]
    [InlineData("{\"at\":\"2026-01-31T15:00:00\"}", "at", "must be an RFC 3339 instant such as 2026-01-31T15:00:00Z")]
    [InlineData("{\"at\":\"2026-02-30T15:00:00Z\"}", "at", "must be an RFC 3339 instant such as 2026-01-31T15:00:00Z")]
    [InlineData("{\"symbol\":5}", "symbol", "has the wrong type")]
    [InlineData("{\"items\":[{\"price\":\"x\"}]}", "items[0].price", "must be a decimal number")]
    [InlineData("{\"symbol\":\"A\"", "", "The body is not valid JSON.")]
    [InlineData("{\"symbol\":\"A\"} trailing", "", "The body is not valid JSON.")]
    [InlineData("null", "", "The body must be a JSON object.")]
    [InlineData("", "", "A JSON body is required.")]
    public async Task A_fault_is_a_400_that_names_the_member(string json, string field, string message)
    {
        var problem = (await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(json))).Problem;
        Assert.Equal((400, "validation_failed"), (problem.Status, problem.Code));
        Assert.Equal(message, Assert.Single(problem.Errors![field]));
    }

    private enum Side { Buy, SellShort }

    private sealed record Leg(Side Side, decimal Price, int? Count = null, string Note = "");
    private sealed record Order(IReadOnlyList<Leg> Legs, string Name);

    [Theory]
    [InlineData("{\"name\":\"x\"}", "legs", "is required")]
    [InlineData("{}", "legs,name", "is required")]
    [InlineData("{\"name\":\"x\",\"legs\":[{\"side\":\"buy\",\"price\":1},{\"side\":\"buy\"}]}", "legs[1].price", "is required")]
    [InlineData("{\"name\":\"x\",\"legs\":[{}]}", "legs[0].side,legs[0].price", "is required")]
    [InlineData("{\"name\":null,\"legs\":[]}", "name", "must not be null")]
    [InlineData("{\"name\":\"x\",\"legs\":[{\"side\":\"sell\"}]}", "legs[0].side", "must be one of buy, sellShort")]
    [InlineData("{\"name\":\"x\",\"legs\":[{\"side\":0}]}", "legs[0].side", "must be one of buy, sellShort")]
    public void A_member_without_a_default_is_required_unless_it_is_nullable(string json, string fields, string message)
    {
        var problem = Assert.Throws<ProblemException>(() => Body.Parse<Order>(Encoding.UTF8.GetBytes(json))).Problem;
        Assert.Equal(fields.Split(','), problem.Errors!.Keys);
        Assert.All(problem.Errors.Values, messages => Assert.Equal([message], messages));
    }

    [Fact]
    public void A_member_with_a_default_may_be_left_out()
    {
        var json = Encoding.UTF8.GetBytes("{\"name\":\"x\",\"legs\":[{\"side\":\"sellShort\",\"price\":\"1.5\"}]}");
        Assert.Equal(new Leg(Side.SellShort, 1.5m), Assert.Single(Body.Parse<Order>(json).Legs));
    }

    [Fact]
    public async Task Nesting_beyond_32_levels_is_refused()
    {
        var json = "{\"items\":" + string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40)) + "}";
        Assert.Equal(400, (await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(json))).Problem.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_than_1_MiB_is_refused_whether_announced_or_not(bool announced)
    {
        var json = "{\"symbol\":\"" + new string('x', Body.Limit) + "\"}";
        Assert.Equal(413, (await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(json, announced: announced))).Problem.Status);
    }

    [Fact]
    public async Task Another_media_type_is_415() =>
        Assert.Equal(415, (await Assert.ThrowsAsync<ProblemException>(() => ReadAsync("{}", "text/plain"))).Problem.Status);

    private static Task<Request> ReadAsync(string json, string type = "application/json", bool announced = true)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var http = new DefaultHttpContext();
        http.Request.ContentType = type;
        http.Request.ContentLength = announced ? bytes.Length : null;
        http.Request.Body = new MemoryStream(bytes);
        return Body.ReadAsync<Request>(http.Request);
    }
}
