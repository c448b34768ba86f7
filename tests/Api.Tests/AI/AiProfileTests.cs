namespace AgentInvest.Api.Tests;

public sealed class AiProfileTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Path = "/v1/ai/profile";

    private static Task<Reply> PutAsync(TestUser user, string body) =>
        user.SendAsync(HttpMethod.Put, Path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

    [Fact]
    public async Task A_profile_is_the_users_own()
    {
        var (user, other) = (await host.SignUpAsync(), await host.SignUpAsync());
        const string wanted = """{"horizonYears":25,"riskTolerance":8,"exclusions":["TSLA","Energy"],"baseCurrency":"EUR"}""";
        Assert.Equal(wanted, (await PutAsync(user, wanted)).Text);
        Assert.Equal(wanted, (await user.GetAsync(Path)).Text);
        Assert.Equal(5, (await other.GetAsync(Path)).Json.GetProperty("riskTolerance").GetInt32());
    }

    [Fact]
    public async Task A_profile_never_set_has_defaults() =>
        Assert.Equal(
            """{"horizonYears":10,"riskTolerance":5,"exclusions":[],"baseCurrency":"USD"}""",
            (await (await host.SignUpAsync()).GetAsync(Path)).Text
        );

    [Theory]
    [InlineData("""{"riskTolerance":8,"baseCurrency":"EUR"}""", "horizonYears")]
    [InlineData("""{"horizonYears":1,"riskTolerance":1}""", "baseCurrency")]
    [InlineData("""{"horizonYears":0,"riskTolerance":8,"baseCurrency":"EUR"}""", "horizonYears")]
    [InlineData("""{"horizonYears":1,"riskTolerance":11,"baseCurrency":"EUR"}""", "riskTolerance")]
    [InlineData("""{"horizonYears":1,"riskTolerance":1,"baseCurrency":"XXX"}""", "baseCurrency")]
    [InlineData("""{"horizonYears":1,"riskTolerance":1,"baseCurrency":"EUR","exclusions":[""]}""", "exclusions[0]")]
    [InlineData("""{"horizonYears":1,"riskTolerance":1,"baseCurrency":"EUR","exclusions":[null]}""", "exclusions[0]")]
    public async Task A_wrong_profile_is_not_kept(string body, string field)
    {
        var user = await host.SignUpAsync();
        var reply = await PutAsync(user, body);
        Assert.True((int)reply.Status == 400 && reply.Json.GetProperty("errors").TryGetProperty(field, out _), reply.Text);
        Assert.Equal(10, (await user.GetAsync(Path)).Json.GetProperty("horizonYears").GetInt32());
    }

    [Fact]
    public async Task Every_model_has_its_record_beside_a_baseline()
    {
        var items = (await (await host.SignUpAsync()).GetAsync("/v1/ai/models")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["ewma", "garch", "gjrGarch"], items.Select(m => m.GetProperty("name").GetString()).Order());
        Assert.All(
            items,
            m =>
                Assert.True(
                    m.GetProperty("metrics").GetProperty("samples").GetInt32() > 250
                        && m.GetProperty("metrics").GetProperty("baseline").GetProperty("qlike").GetDouble() > 0
                )
        );
    }
}
