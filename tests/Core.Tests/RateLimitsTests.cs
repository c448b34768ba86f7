using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AgentInvest.Core.Tests;

public sealed class RateLimitsTests
{
    private static readonly EndpointPolicy Plain = EndpointPolicy.Of([]);
    private static readonly EndpointPolicy Login = EndpointPolicy.Of([new RateLimitAttribute("login")]);
    private static readonly CurrentUser Free = new(Guid.CreateVersion7(), Guid.CreateVersion7(), ["user"], "free");
    private static readonly CurrentUser Premium = new(Guid.CreateVersion7(), Guid.CreateVersion7(), ["user"], "premium");

    private readonly FakeTimeProvider _time = new();
    private readonly RateLimits _limits;

    public RateLimitsTests() => _limits = new RateLimits(Options.Create(new RateLimitOptions()), _time);

    [Theory]
    [InlineData("anonymous", 60)]
    [InlineData("free", 100)]
    [InlineData("premium", 1000)]
    [InlineData("login", 10)]
    public void A_bucket_lets_its_size_through_and_no_more(string who, int size)
    {
        for (var i = 0; i < size; i++) Assert.Equal(size - i - 1, Charge(who));
        Assert.Null(Charge(who));
    }

    [Fact]
    public void A_bucket_refills_evenly_over_the_minute()
    {
        while (Charge("free") is not null) { }
        _time.Advance(TimeSpan.FromSeconds(6));
        for (var i = 0; i < 10; i++) Assert.NotNull(Charge("free"));
        Assert.Null(Charge("free"));
    }

    [Fact]
    public void One_user_does_not_draw_from_another_nor_login_from_the_rest()
    {
        while (Charge("login") is not null) { }
        while (Charge("free") is not null) { }
        Assert.NotNull(Charge("premium"));
        Assert.NotNull(Charge("anonymous"));
    }

    [Fact]
    public void A_refusal_says_when_to_come_back()
    {
        while (Charge("free") is not null) { }
        var http = new DefaultHttpContext();
        var problem = Assert.Throws<ProblemException>(() => Draw(http, Plain, Free)).Problem;
        Assert.Equal((429, "rate_limited"), (problem.Status, problem.Code));
        Assert.InRange(problem.RetryAfter!.Value.TotalSeconds, 0.1, 0.6);
        Assert.Equal(
            "100 0 1",
            string.Join(' ', new[] { "Limit", "Remaining", "Reset" }.Select(h => http.Response.Headers["RateLimit-" + h].ToString()))
        );
    }

    /// <summary>What remains according to the header, or null when refused.</summary>
    private int? Charge(string who)
    {
        var http = new DefaultHttpContext();
        try
        {
            Draw(http, who == "login" ? Login : Plain, who switch { "free" => Free, "premium" => Premium, _ => null });
        }
        catch (ProblemException e) when (e.Problem.Status == 429)
        {
            return null;
        }
        return int.Parse(http.Response.Headers["RateLimit-Remaining"].ToString());
    }

    private void Draw(HttpContext http, EndpointPolicy policy, CurrentUser? user) =>
        _limits.ChargeAsync(http, policy, user, "1").AsTask().GetAwaiter().GetResult();
}
