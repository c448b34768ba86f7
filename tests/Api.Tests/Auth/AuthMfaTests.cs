using System.Net;
using OtpNet;

namespace AgentInvest.Api.Tests;

/// <summary>The authenticator app and recovery codes.</summary>
public sealed class AuthMfaTests : IAsyncLifetime
{
    private readonly TestHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();
    public Task DisposeAsync() => _host.DisposeAsync();

    /// <summary>Somebody with an app, and the codes it shows.</summary>
    internal sealed class Owner(TestHost host, TestUser user, byte[] secret, IReadOnlyList<string> recovery)
    {
        public TestUser User => user;
        public IReadOnlyList<string> Recovery => recovery;

        public string Code(int step = 0) => new Totp(secret).ComputeTotp(host.Time.GetUtcNow().UtcDateTime.AddSeconds(30 * step));

        public async Task<string> ChallengeAsync(Uri? url = null)
        {
            var reply = await new TestUser(url ?? host.Url, user.Email, user.Password).PostAsync(
                "/v1/auth/login",
                new
                {
                    email = user.Email,
                    password = user.Password,
                    deviceName = "Phone",
                }
            );
            Assert.True(reply.Json.GetProperty("mfaRequired").GetBoolean());
            Assert.Equal(["totp", "recovery_code"], reply.Json.GetProperty("methods").EnumerateArray().Select(m => m.GetString()!));
            Assert.False(reply.Json.TryGetProperty("accessToken", out _));
            return reply.Json.GetProperty("mfaToken").GetString()!;
        }

        public Task<Reply> VerifyAsync(string mfaToken, string code, Uri? url = null) =>
            new TestUser(url ?? host.Url, "", "").PostAsync("/v1/auth/mfa/verify", new { mfaToken, code });

        /// <summary>Past the step that was used last.</summary>
        public void NextStep() => host.Time.Advance(TimeSpan.FromSeconds(31));
    }

    internal static async Task<Owner> AddAppAsync(TestHost host)
    {
        var user = await host.SignUpAsync();
        var started = (await user.PostAsync("/v1/auth/mfa/totp")).Json;
        var secret = Base32Encoding.ToBytes(started.GetProperty("secret").GetString());
        Assert.Equal(
            $"otpauth://totp/AgentInvest:{Uri.EscapeDataString(user.Email)}?secret={started.GetProperty("secret").GetString()}"
                + "&issuer=AgentInvest&algorithm=SHA1&digits=6&period=30",
            started.GetProperty("otpauthUri").GetString()
        );
        var confirmed = await user.PostAsync(
            "/v1/auth/mfa/totp/confirm",
            new { code = new Totp(secret).ComputeTotp(host.Time.GetUtcNow().UtcDateTime) }
        );
        Assert.Equal(HttpStatusCode.OK, confirmed.Status);
        var codes = confirmed.Json.GetProperty("recoveryCodes").EnumerateArray().Select(c => c.GetString()!).ToList();
        Assert.Equal(10, codes.Distinct().Count());
        return new Owner(host, user, secret, codes);
    }

    [Fact]
    public async Task With_an_app_each_code_opens_one_session()
    {
        var owner = await AddAppAsync(_host);
        Assert.True((await owner.User.GetAsync("/v1/auth/me")).Json.GetProperty("mfaEnabled").GetBoolean());
        var token = await owner.ChallengeAsync();
        // The code that confirmed the app is used up, and so is every step before it.
        Assert.Equal("invalid_credentials", (await owner.VerifyAsync(token, owner.Code())).Code);
        Assert.Equal("invalid_credentials", (await owner.VerifyAsync(token, owner.Code(-1))).Code);
        owner.NextStep();
        var tokens = await owner.VerifyAsync(token, owner.Code());
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal(
            "Phone",
            (
                await new TestUser(_host.Url, "", "") { Token = tokens.Json.GetProperty("accessToken").GetString()! }.GetAsync(
                    "/v1/auth/sessions"
                )
            )
                .Json.GetProperty("items")[0]
                .GetProperty("deviceName")
                .GetString()
        );
        owner.NextStep();
        Assert.Equal("invalid_credentials", (await owner.VerifyAsync(token, owner.Code())).Code);
        Assert.Equal("invalid_credentials", (await owner.VerifyAsync("no such token", owner.Code())).Code);
    }

    [Fact]
    public async Task Of_fifty_equal_codes_at_once_on_two_hosts_one_opens_a_session()
    {
        var owner = await AddAppAsync(_host);
        var twin = await _host.StartTwinAsync();
        try
        {
            owner.NextStep();
            var tokens = new List<string>();
            for (var i = 0; i < 50; i++) tokens.Add(await owner.ChallengeAsync());
            var code = owner.Code();
            var replies = await Task.WhenAll(tokens.Select((t, i) => owner.VerifyAsync(t, code, i % 2 == 0 ? _host.Url : twin.Url)));
            Assert.Single(replies, r => r.Status == HttpStatusCode.OK);
            Assert.All(replies.Where(r => r.Status != HttpStatusCode.OK), r => Assert.Equal("invalid_credentials", r.Code));
            // And of fifty answers to one challenge.
            _host.Time.Advance(TimeSpan.FromDays(2));
            var one = await owner.ChallengeAsync();
            var again = owner.Code();
            Assert.Single(
                await Task.WhenAll(Enumerable.Range(0, 50).Select(i => owner.VerifyAsync(one, again, i % 2 == 0 ? _host.Url : twin.Url))),
                r => r.Status == HttpStatusCode.OK
            );
        }
        finally
        {
            await twin.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_recovery_code_passes_once_in_place_of_the_app()
    {
        var owner = await AddAppAsync(_host);
        Assert.Equal(HttpStatusCode.OK, (await owner.VerifyAsync(await owner.ChallengeAsync(), owner.Recovery[0])).Status);
        Assert.Equal("invalid_credentials", (await owner.VerifyAsync(await owner.ChallengeAsync(), owner.Recovery[0])).Code);
        Assert.Equal("invalid_credentials", (await owner.User.DeleteAsync("/v1/auth/mfa/totp", new { code = owner.Recovery[0] })).Code);
        Assert.Equal("conflict", (await owner.User.PostAsync("/v1/auth/mfa/totp")).Code);
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await owner.User.DeleteAsync("/v1/auth/mfa/totp", new { code = owner.Recovery[1].ToLowerInvariant() })).Status
        );
        Assert.Equal(HttpStatusCode.NotFound, (await owner.User.DeleteAsync("/v1/auth/mfa/totp", new { code = owner.Recovery[2] })).Status);
        await owner.User.LogInAsync();
        Assert.Equal(
            3,
            (await owner.User.MailsAsync()).Count(m =>
                m.GetProperty("kind").GetString() == "security_notice"
                && !m.GetProperty("subject").GetString()!.Contains("device", StringComparison.Ordinal)
            ) + 1
        );
    }

    [Fact]
    public async Task Five_wrong_codes_end_a_challenge()
    {
        var owner = await AddAppAsync(_host);
        owner.NextStep();
        var token = await owner.ChallengeAsync();
        for (var i = 0; i < 5; i++) Assert.Equal("invalid_credentials", (await owner.VerifyAsync(token, "000000")).Code);
        Assert.Equal("invalid_credentials", (await owner.VerifyAsync(token, owner.Code())).Code);
        Assert.Equal("Wrong codes after your right password", (await owner.User.LatestMailAsync()).GetProperty("subject").GetString());
        token = await owner.ChallengeAsync();
        for (var i = 0; i < 5; i++) await owner.VerifyAsync(token, "000000");
        // Now the pair is paused: neither the right password nor, from an earlier challenge, the right code.
        Assert.Equal(
            "invalid_credentials",
            (await owner.User.PostAsync("/v1/auth/login", new { email = owner.User.Email, password = owner.User.Password })).Code
        );
        Assert.Equal("invalid_credentials", (await owner.User.DeleteAsync("/v1/auth/mfa/totp", new { code = owner.Code() })).Code);
        _host.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(HttpStatusCode.OK, (await owner.VerifyAsync(await owner.ChallengeAsync(), owner.Code())).Status);
    }

    [Fact]
    public async Task A_challenge_lapses_after_five_minutes()
    {
        var owner = await AddAppAsync(_host);
        var token = await owner.ChallengeAsync();
        _host.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("invalid_credentials", (await owner.VerifyAsync(token, owner.Code())).Code);
    }
}
