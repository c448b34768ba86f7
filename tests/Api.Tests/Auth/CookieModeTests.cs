using System.Net;

namespace AgentInvest.Api.Tests;

/// <summary>Sign-in by cookie, as browsers do it.</summary>
public sealed class CookieModeTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task A_refresh_in_cookie_mode_without_the_cookie_is_unauthenticated()
    {
        var reply = await new TestUser(host.Url, "", "").PostAsync("/v1/auth/refresh?cookie=true");
        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Cookie_and_CSRF_token_alone_sign_out()
    {
        var (user, cookie, csrf) = await SignInAsync(host);
        var browser = new TestUser(host.Url, "", "");
        var reply = await browser.PostAsync("/v1/auth/logout", null, ("Cookie", cookie), ("X-CSRF-Token", csrf));
        Assert.Equal(HttpStatusCode.NoContent, reply.Status);
        Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
    }

    [Fact]
    public async Task Cookie_and_CSRF_token_alone_end_every_session_where_asked_to()
    {
        var (user, cookie, csrf) = await SignInAsync(host);
        var other = new TestUser(host.Url, user.Email, user.Password);
        await other.LogInAsync();
        var browser = new TestUser(host.Url, "", "");
        await browser.PostAsync("/v1/auth/logout", new { everywhere = true }, ("Cookie", cookie), ("X-CSRF-Token", csrf));
        Assert.Equal("token_revoked", (await other.GetAsync("/v1/auth/me")).Code);
    }

    [Fact]
    public async Task An_expired_access_token_does_not_keep_the_cookie_from_signing_out()
    {
        var (user, cookie, csrf) = await SignInAsync(host);
        var browser = new TestUser(host.Url, "", "") { Token = "expired" };
        var reply = await browser.PostAsync("/v1/auth/logout", null, ("Cookie", cookie), ("X-CSRF-Token", csrf));
        Assert.Equal(HttpStatusCode.NoContent, reply.Status);
        Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
    }

    [Fact]
    public async Task The_cookie_without_its_CSRF_token_signs_nobody_out()
    {
        var (user, cookie, _) = await SignInAsync(host);
        var reply = await new TestUser(host.Url, "", "").PostAsync("/v1/auth/logout", null, ("Cookie", cookie));
        Assert.Equal((HttpStatusCode.Forbidden, "csrf_failed"), (reply.Status, reply.Code));
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task Signing_out_without_cookie_or_token_is_unauthenticated()
    {
        var reply = await new TestUser(host.Url, "", "").PostAsync("/v1/auth/logout");
        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Signing_out_twice_tells_that_the_token_is_revoked()
    {
        var user = await host.SignUpAsync();
        await user.PostAsync("/v1/auth/logout");
        Assert.Equal("token_revoked", (await user.PostAsync("/v1/auth/logout")).Code);
    }

    [Fact]
    public async Task An_API_key_signs_nobody_out()
    {
        var user = await host.SignUpAsync();
        var key = (await user.PostAsync("/v1/auth/api-keys", new { name = "reader", scopes = new[] { "portfolio:read" } }))
            .Json.GetProperty("key")
            .GetString()!;
        var reply = await new TestUser(host.Url, "", "").PostAsync("/v1/auth/logout", null, ("X-Api-Key", key));
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (reply.Status, reply.Code));
    }

    [Theory]
    [InlineData("https://app.example.com", "https://api.example.com", true)]
    [InlineData("https://example.com", "https://api.example.com", true)]
    [InlineData("https://app.example.co.uk", "https://api.example.co.uk", true)]
    [InlineData("https://x.azure-api.net", "https://x.azure-api.net", true)]
    [InlineData("http://localhost:5173", "http://localhost:7071", true)]
    [InlineData("https://app.example.com", "https://api.example.org", false)]
    [InlineData("http://app.example.com", "https://api.example.com", false)]
    [InlineData("https://app.azurestaticapps.net", "https://x.azure-api.net", false)]
    [InlineData("https://mine.azure-api.net", "https://yours.azure-api.net", false)]
    [InlineData("https://mine.1.azurestaticapps.net", "https://yours.1.azurestaticapps.net", false)]
    [InlineData("https://mine.co.uk", "https://yours.co.uk", false)]
    [InlineData("http://127.0.0.1:5173", "http://127.0.0.2:7071", false)]
    public async Task Cookie_mode_is_for_an_app_on_the_site_of_the_API(string app, string api, bool works)
    {
        await using var own = await OwnHost.StartAsync(new SiteHost(app, api) { SharedDatabase = host.ConnectionString });
        var user = await own.Host.SignUpAsync();
        var reply = await user.PostAsync("/v1/auth/login?cookie=true", new { email = user.Email, password = user.Password });
        Assert.Equal(works ? HttpStatusCode.OK : HttpStatusCode.BadRequest, reply.Status);
        if (works) return;
        var reason = reply.Json.GetProperty("errors").GetProperty("cookie")[0].GetString();
        Assert.Contains($"from {app} to {api}", reason);
    }

    [Fact]
    public async Task The_app_on_another_subdomain_refreshes_with_its_origin()
    {
        const string app = "https://app.example.com";
        await using var own = await OwnHost.StartAsync(
            new SiteHost(app, "https://api.example.com") { SharedDatabase = host.ConnectionString }
        );
        var (_, cookie, csrf) = await SignInAsync(own.Host);
        var reply = await new TestUser(own.Host.Url, "", "").PostAsync(
            "/v1/auth/refresh?cookie=true",
            null,
            ("Cookie", cookie),
            ("X-CSRF-Token", csrf),
            ("Origin", app),
            ("Sec-Fetch-Site", "same-site")
        );
        Assert.Equal(HttpStatusCode.OK, reply.Status);
    }

    [Fact]
    public async Task Links_in_mails_lead_to_the_app_with_the_token_in_the_fragment()
    {
        const string app = "https://app.example.com";
        await using var own = await OwnHost.StartAsync(
            new SiteHost(app, "https://api.example.com") { SharedDatabase = host.ConnectionString }
        );
        var user = new TestUser(own.Host.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of theirs");
        await user.PostAsync("/v1/auth/register", new { email = user.Email, password = user.Password });
        var mail = await user.LatestMailAsync();
        Assert.Contains($"{app}/verify-email#token={mail.GetProperty("token").GetString()}\n", mail.GetProperty("text").GetString());
    }

    private static async Task<(TestUser User, string Cookie, string Csrf)> SignInAsync(TestHost host)
    {
        var user = await host.SignUpAsync();
        var login = await user.PostAsync("/v1/auth/login?cookie=true", new { email = user.Email, password = user.Password });
        user.Token = login.Json.GetProperty("accessToken").GetString()!;
        var (cookie, csrf) = AuthSessionTests.CookieOf(login);
        return (user, cookie, csrf);
    }

    private sealed class SiteHost(string app, string api) : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?> { ["Auth:AppOrigin"] = app, ["Auth:PublicOrigin"] = api };
    }
}
