using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

public sealed class SignInTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task Whoever_registers_can_sign_in_once_verified()
    {
        var user = await host.SignUpAsync();
        var me = (await user.GetAsync("/v1/auth/me")).Json;
        Assert.Equal(user.Email, me.GetProperty("email").GetString());
        Assert.True(me.GetProperty("emailVerified").GetBoolean());
        Assert.Equal("free", me.GetProperty("tier").GetString());
    }

    [Fact]
    public async Task The_answer_tells_nothing_of_whether_an_address_is_known()
    {
        var user = await host.SignUpAsync();
        var stranger = new TestUser(host.Url, "", "");
        var taken = await stranger.PostAsync("/v1/auth/register", new { email = user.Email, password = "another long passphrase" });
        var fresh = await stranger.PostAsync(
            "/v1/auth/register",
            new { email = $"x{Guid.NewGuid():N}@example.com", password = "another long passphrase" }
        );
        Assert.Equal((fresh.Status, fresh.Text), (taken.Status, taken.Text));
        Assert.Equal("already_registered", (await user.LatestMailAsync()).GetProperty("kind").GetString());
        // And the stranger's password does not open the account.
        var login = await stranger.PostAsync("/v1/auth/login", new { email = user.Email, password = "another long passphrase" });
        var unknown = await stranger.PostAsync(
            "/v1/auth/login",
            new { email = "nobody@example.com", password = "another long passphrase" }
        );
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_credentials"), (login.Status, login.Code));
        Assert.Equal((login.Status, login.Code, Without(login)), (unknown.Status, unknown.Code, Without(unknown)));
    }

    [Fact]
    public async Task An_unverified_address_is_told_so_only_with_the_right_password()
    {
        var user = new TestUser(host.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await user.PostAsync("/v1/auth/register", new { email = user.Email, password = user.Password });
        Assert.Equal(
            "email_not_verified",
            (await user.PostAsync("/v1/auth/login", new { email = user.Email, password = user.Password })).Code
        );
        Assert.Equal(
            "invalid_credentials",
            (await user.PostAsync("/v1/auth/login", new { email = user.Email, password = "not that passphrase" })).Code
        );
    }

    [Fact]
    public async Task Verifying_activates_the_password_of_that_very_registration_once()
    {
        var user = new TestUser(host.Url, $"u{Guid.NewGuid():N}@example.com", "");
        await user.PostAsync("/v1/auth/register", new { email = user.Email, password = "the first passphrase" });
        var first = (await user.LatestMailAsync()).GetProperty("token").GetString();
        await user.PostAsync("/v1/auth/register", new { email = user.Email, password = "the second passphrase" });
        var second = (await user.LatestMailAsync()).GetProperty("token").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await user.PostAsync("/v1/auth/verify-email", new { token = first })).Status);
        Assert.Equal("invalid_token", (await user.PostAsync("/v1/auth/verify-email", new { token = first })).Code);
        Assert.Equal("invalid_token", (await user.PostAsync("/v1/auth/verify-email", new { token = second })).Code);
        Assert.Equal(
            HttpStatusCode.OK,
            (await user.PostAsync("/v1/auth/login", new { email = user.Email, password = "the first passphrase" })).Status
        );
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await user.PostAsync("/v1/auth/login", new { email = user.Email, password = "the second passphrase" })).Status
        );
    }

    [Theory]
    [InlineData("short", "must have 12 to 128 characters")]
    [InlineData("password12345", "is too easy to guess")]
    [InlineData("123456789012", "is too easy to guess")]
    [InlineData("aaaaaaaaaaaaa", "is too easy to guess")]
    [InlineData("qwertyqwerty!", "is too easy to guess")]
    [InlineData("xx weak.person@example.com xx", "must not be the address or the name")]
    public async Task Weak_passwords_are_refused(string password, string why)
    {
        var reply = await new TestUser(host.Url, "", "").PostAsync(
            "/v1/auth/register",
            new { email = "weak.person@example.com", password }
        );
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(why, reply.Json.GetProperty("errors").GetProperty("password")[0].GetString());
    }

    [Fact]
    public async Task Ten_failures_pause_the_pair_of_account_and_source()
    {
        var user = await host.SignUpAsync();
        for (var i = 0; i < 10; i++) await user.PostAsync("/v1/auth/login", new { email = user.Email, password = "wrong passphrase" });
        Assert.Equal(
            "invalid_credentials",
            (await user.PostAsync("/v1/auth/login", new { email = user.Email, password = user.Password })).Code
        );
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task Fifty_refreshes_at_once_get_one_successor()
    {
        var user = await host.SignUpAsync();
        var replies = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => user.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken }))
        );
        Assert.All(replies, r => Assert.Equal(HttpStatusCode.OK, r.Status));
        Assert.Single(replies.Select(r => r.Json.GetProperty("refreshToken").GetString()).Distinct());
    }

    [Fact]
    public async Task Reuse_of_an_older_refresh_token_ends_the_session()
    {
        var user = await host.SignUpAsync();
        var second = (await user.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken }))
            .Json.GetProperty("refreshToken")
            .GetString();
        var third = (await user.PostAsync("/v1/auth/refresh", new { refreshToken = second })).Json.GetProperty("refreshToken").GetString();
        Assert.Equal("refresh_token_reused", (await user.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken })).Code);
        Assert.Equal("token_revoked", (await user.PostAsync("/v1/auth/refresh", new { refreshToken = third })).Code);
        Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
        Assert.Equal("security_notice", (await user.LatestMailAsync()).GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64 at all!")]
    public async Task A_made_up_refresh_token_is_refused(string token) =>
        Assert.Contains(
            (int)(await new TestUser(host.Url, "", "").PostAsync("/v1/auth/refresh", new { refreshToken = token })).Status,
            new[] { 400, 401 }
        );

    [Fact]
    public async Task Signing_out_voids_the_access_token_on_every_host_within_a_second()
    {
        var other = new TestHost { SharedDatabase = host.ConnectionString };
        await other.InitializeAsync();
        try
        {
            var user = await host.SignUpAsync();
            var there = new TestUser(other.Url, user.Email, user.Password) { Token = user.Token };
            // The issuer is part of a token; hosts behind one gateway have one public origin, these two do not, so its own token is used
            // there.
            await there.LogInAsync();
            Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/v1/auth/me")).Status);
            Assert.Equal(HttpStatusCode.NoContent, (await user.PostAsync("/v1/auth/logout", new { everywhere = true })).Status);
            Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
            await Task.Delay(1000);
            Assert.Equal("token_revoked", (await there.GetAsync("/v1/auth/me")).Code);
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Forged_tokens_are_refused()
    {
        var user = await host.SignUpAsync();
        var parts = user.Token.Split('.');
        string Encode(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var header = JsonDocument.Parse(Decode(parts[0])).RootElement;
        var kid = header.GetProperty("kid").GetString();
        var jwks = (await user.GetAsync("/v1/.well-known/jwks.json")).Text;
        var hs256 = Encode($$"""{"alg":"HS256","kid":"{{kid}}","typ":"at+jwt"}""") + "." + parts[1];
        var admin = Encode(Decode(parts[1]).Replace("\"user\"", "\"admin\"", StringComparison.Ordinal));
        string[] forged =
        [
            Encode("""{"alg":"none","typ":"at+jwt"}""") + "." + parts[1] + ".",
            Encode($$"""{"alg":"none","kid":"{{kid}}","typ":"at+jwt"}""") + "." + parts[1] + ".",
            hs256
                + "."
                + Convert
                    .ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(jwks), Encoding.ASCII.GetBytes(hs256)))
                    .TrimEnd('=')
                    .Replace('+', '-')
                    .Replace('/', '_'),
            parts[0] + "." + admin + "." + parts[2],
            Encode($$"""{"alg":"ES256","kid":"another","typ":"at+jwt"}""") + "." + parts[1] + "." + parts[2],
            parts[0] + "." + parts[1] + "." + parts[2][..^4] + "AAAA",
            parts[0] + "." + parts[1],
            "rubbish",
        ];
        foreach (var token in forged)
        {
            user.Token = token;
            var reply = await user.GetAsync("/v1/auth/me");
            Assert.Equal(
                (HttpStatusCode.Unauthorized, "unauthenticated", "Bearer"),
                (reply.Status, reply.Code, reply.Header("WWW-Authenticate"))
            );
        }
    }

    [Fact]
    public async Task A_hub_token_opens_nothing_but_the_hub()
    {
        var user = await host.SignUpAsync();
        user.Token = (await user.PostAsync("/v1/market/realtime/AAPL/negotiate")).Json.GetProperty("accessToken").GetString()!;
        Assert.Equal(HttpStatusCode.Unauthorized, (await user.GetAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task The_outbox_is_for_this_machine_only()
    {
        var user = await host.SignUpAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await user.GetAsync("/v1/dev/outbox", ("X-Forwarded-For", "1.2.3.4"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await user.GetAsync("/v1/dev/outbox", ("Host", "evil.example"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v1/dev/outbox")).Status);
    }

    private static string Without(Reply reply) => string.Join(' ', reply.Json.EnumerateObject().Where(p => p.Name != "traceId"));

    private static string Decode(string part) =>
        Encoding.UTF8.GetString(
            Convert.FromBase64String(part.Replace('-', '+').Replace('_', '/').PadRight((part.Length + 3) / 4 * 4, '='))
        );
}
