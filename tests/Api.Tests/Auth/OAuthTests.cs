using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace AgentInvest.Api.Tests;

public sealed class OAuthFixture : IAsyncLifetime
{
    public OidcProviders Providers { get; } = new();
    public TestHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Providers.StartAsync();
        Host = new ConfiguredHost(Providers);
        await Host.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Providers.DisposeAsync();
    }

    public sealed class ConfiguredHost(OidcProviders providers) : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings =>
            new Dictionary<string, string?>
            {
                ["Auth:Google:Authority"] = providers.Google,
                ["Auth:Google:ClientId"] = "the-client",
                ["Auth:Google:ClientSecret"] = "the-secret",
                ["Auth:Apple:Authority"] = providers.Apple,
                ["Auth:Apple:ClientId"] = "the-client",
                ["Auth:Apple:TeamId"] = "TEAM123456",
                ["Auth:Apple:KeyId"] = "KEY1234567",
                ["Auth:Apple:PrivateKey"] = providers.TeamKey,
                ["Auth:RedirectUris"] = "https://app.example/signed-in, https://app.example/other?x=1",
            };
    }
}

/// <summary>Against real providers on loopback.</summary>
public sealed class OAuthTests(OAuthFixture fixture) : IClassFixture<OAuthFixture>
{
    private const string App = "https://app.example/signed-in";
    private readonly TestHost _host = fixture.Host;

    [Theory]
    [InlineData("google")]
    [InlineData("apple")]
    public async Task Somebody_new_gets_a_verified_account(string provider)
    {
        using var browser = new CookieBrowser();
        var person = Person();
        var first = await ExchangeAsync(
            await CodeAsync(
                browser,
                provider,
                person,
                appleUser: """{"name":{"firstName":"Ada","lastName":"Lovelace"},"email":"attacker@example.com"}"""
            )
        );
        Assert.True(first.Status == HttpStatusCode.OK, first.Text);
        var user = first.Json.GetProperty("user");
        Assert.Equal((person.email, true), (user.GetProperty("email").GetString(), user.GetProperty("emailVerified").GetBoolean()));
        Assert.Equal(provider == "apple" ? "Ada Lovelace" : person.name, user.GetProperty("displayName").GetString());
        var me = new TestUser(_host.Url, person.email, "") { Token = first.Json.GetProperty("accessToken").GetString()! };
        Assert.Equal(HttpStatusCode.OK, (await me.GetAsync("/v1/auth/me")).Status);

        // The second time there is no name in the form; a changed one changes nothing; the address may change at the provider.
        using var another = new CookieBrowser();
        var second = await ExchangeAsync(await CodeAsync(another, provider, person with { email = "moved-" + person.email }));
        Assert.Equal(user.GetRawText(), second.Json.GetProperty("user").GetRawText());
    }

    [Fact]
    public async Task An_account_with_that_address_is_linked_only_with_its_password_within_five_tries()
    {
        var user = await _host.SignUpAsync();
        var person = Person() with { email = user.Email };
        var asked = await ExchangeAsync(await CodeAsync(new CookieBrowser(), "google", person));
        Assert.Equal(
            (HttpStatusCode.OK, true, false),
            (asked.Status, asked.Json.GetProperty("linkRequired").GetBoolean(), asked.Json.TryGetProperty("accessToken", out _))
        );
        var linkToken = asked.Json.GetProperty("linkToken").GetString();
        Assert.Equal("invalid_credentials", (await LinkAsync(linkToken, "not the passphrase")).Code);
        var linked = await LinkAsync(linkToken, user.Password);
        Assert.Equal((HttpStatusCode.OK, user.Email), (linked.Status, linked.Json.GetProperty("user").GetProperty("email").GetString()));
        Assert.Equal("invalid_token", (await LinkAsync(linkToken, user.Password)).Code);
        Assert.True(
            (await ExchangeAsync(await CodeAsync(new CookieBrowser(), "google", person))).Json.TryGetProperty("accessToken", out _)
        );

        var victim = await _host.SignUpAsync();
        var guessed = (await ExchangeAsync(await CodeAsync(new CookieBrowser(), "google", Person() with { email = victim.Email })))
            .Json.GetProperty("linkToken")
            .GetString();
        for (var i = 0; i < 5; i++) Assert.Equal("invalid_credentials", (await LinkAsync(guessed, "not the passphrase")).Code);
        Assert.Equal("invalid_token", (await LinkAsync(guessed, victim.Password)).Code);
    }

    [Fact]
    public async Task An_address_that_the_provider_does_not_vouch_for_opens_nothing()
    {
        var user = await _host.SignUpAsync();
        foreach (var email in new[] { user.Email, $"new-{Guid.NewGuid():N}@example.com" })
        {
            var reply = await ExchangeAsync(
                await CodeAsync(new CookieBrowser(), "google", Person() with { email = email, email_verified = false })
            );
            Assert.Equal((HttpStatusCode.Forbidden, "email_not_verified"), (reply.Status, reply.Code));
        }
    }

    [Fact]
    public async Task A_strangers_unanswered_registration_is_no_way_into_the_account()
    {
        var person = Person();
        var attacker = new TestUser(_host.Url, person.email, "the attacker's passphrase");
        await attacker.PostAsync("/v1/auth/register", new { email = person.email, password = attacker.Password });
        var token = (await attacker.LatestMailAsync()).GetProperty("token").GetString();
        Assert.Equal(HttpStatusCode.OK, (await ExchangeAsync(await CodeAsync(new CookieBrowser(), "google", person))).Status);
        Assert.Equal("invalid_token", (await attacker.PostAsync("/v1/auth/verify-email", new { token })).Code);
        Assert.Equal(
            "invalid_credentials",
            (await attacker.PostAsync("/v1/auth/login", new { email = person.email, password = attacker.Password })).Code
        );
        // The other provider's word for the same address links nothing either: there is no password to prove.
        Assert.Equal(
            "conflict",
            (await ExchangeAsync(await CodeAsync(new CookieBrowser(), "apple", Person() with { email = person.email }))).Code
        );
    }

    [Fact]
    public async Task State_is_good_for_one_answer_to_one_browser()
    {
        using var browser = new CookieBrowser();
        using var stranger = new CookieBrowser();
        var (callback, _) = await browser.SignInAsync(await StartAsync(browser, "google"), Person());
        Assert.Equal("invalid_token", (await stranger.GetAsync(callback)).Code);
        Assert.Equal("invalid_token", (await browser.GetAsync(Altered(callback, "state", Guid.NewGuid().ToString()))).Code);
        Assert.Equal("invalid_token", (await browser.GetAsync(Altered(callback, "state", null))).Code);
        // An answer of one provider at the other's door.
        Assert.Equal(
            "invalid_token",
            (await browser.GetAsync(new Uri(callback.ToString().Replace("/google/", "/apple/", StringComparison.Ordinal)))).Code
        );
        Assert.Equal(
            "invalid_token",
            (
                await browser.PostAsync(
                    new Uri(_host.Url, "/v1/auth/oauth/apple/callback"),
                    QueryHelpers.ParseQuery(callback.Query).ToDictionary(p => p.Key, p => p.Value.ToString())
                )
            ).Code
        );
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(callback)).Status);
        Assert.Equal("invalid_token", (await browser.GetAsync(callback)).Code);
    }

    [Fact]
    public async Task An_answer_of_another_issuer_another_sign_in_or_without_our_verifier_is_refused()
    {
        using var browser = new CookieBrowser();
        var (callback, _) = await browser.SignInAsync(await StartAsync(browser, "google"), Person());
        Assert.Equal("invalid_token", (await browser.GetAsync(Altered(callback, "iss", fixture.Providers.Apple))).Code);
        // A code that was issued for another sign-in of ours: neither its PKCE challenge nor its nonce fits this state.
        var (mine, _) = await browser.SignInAsync(await StartAsync(browser, "google"), Person());
        var (theirs, _) = await new CookieBrowser().SignInAsync(await StartAsync(new CookieBrowser(), "google"), Person());
        Assert.Equal("invalid_token", (await browser.GetAsync(Altered(mine, "code", QueryHelpers.ParseQuery(theirs.Query)["code"]))).Code);
        // A nonce, and a challenge, that an attacker put into the request.
        foreach (var (member, value) in new[] { ("nonce", "another"), ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM") })
        {
            var (answer, _) = await browser.SignInAsync(Altered(await StartAsync(browser, "google"), member, value), Person());
            Assert.Equal("invalid_token", (await browser.GetAsync(answer)).Code);
        }
    }

    [Theory]
    [InlineData("https://evil.example/signed-in")]
    [InlineData("https://app.example/signed-in/")]
    [InlineData("https://app.example/signed-in?next=https://evil.example")]
    [InlineData("https://app.example@evil.example/signed-in")]
    [InlineData("http://app.example/signed-in")]
    [InlineData("HTTPS://app.example/signed-in")]
    [InlineData("//app.example/signed-in")]
    [InlineData("")]
    public async Task Only_listed_pages_get_a_code(string redirectUri)
    {
        var reply = await new CookieBrowser().GetAsync(
            new Uri(_host.Url, "/v1/auth/oauth/google/start?redirectUri=" + Uri.EscapeDataString(redirectUri))
        );
        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Our_code_is_good_once_even_when_claimed_ten_times_at_once()
    {
        var code = await CodeAsync(new CookieBrowser(), "google", Person());
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ExchangeAsync(code)));
        Assert.Single(replies, r => r.Status == HttpStatusCode.OK);
        Assert.All(
            replies.Where(r => r.Status != HttpStatusCode.OK),
            r => Assert.Equal((HttpStatusCode.BadRequest, "invalid_token"), (r.Status, r.Code))
        );
        Assert.Equal("invalid_token", (await ExchangeAsync("made-up")).Code);
    }

    [Fact]
    public async Task Who_declines_is_sent_back_with_an_error()
    {
        using var browser = new CookieBrowser();
        var (callback, _) = await browser.SignInAsync(await StartAsync(browser, "google"), Person() with { declines = true });
        Assert.Equal(App + "?error=access_denied", (await browser.GetAsync(callback)).Location!.ToString());
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await browser.GetAsync(new Uri(_host.Url, "/v1/auth/oauth/facebook/start?redirectUri=" + App))).Status
        );
    }

    [Fact]
    public async Task A_provider_that_is_down_is_unavailable_until_it_is_back()
    {
        await using var providers = new OidcProviders();
        await providers.StartAsync();
        var host = new OAuthFixture.ConfiguredHost(providers);
        await host.InitializeAsync();
        try
        {
            await providers.StopAsync();
            using var browser = new CookieBrowser();
            var start = new Uri(host.Url, "/v1/auth/oauth/google/start?redirectUri=" + App);
            var down = await browser.GetAsync(start);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "provider_unavailable"), (down.Status, down.Code));
            Assert.DoesNotContain("127.0.0.1", JsonDocument.Parse(down.Text).RootElement.GetProperty("detail").GetString());
            await providers.StartAsync();
            var authorization = (await browser.GetAsync(start)).Location!;
            var (callback, _) = await browser.SignInAsync(authorization, Person());
            await providers.StopAsync();
            Assert.Equal("provider_unavailable", (await browser.GetAsync(callback)).Code);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private sealed record Claims(string sub, string email, bool email_verified, string name, bool declines = false);

    private static Claims Person() => new(Guid.NewGuid().ToString(), $"p{Guid.NewGuid():N}@example.com", true, "Grace Hopper");

    private async Task<Uri> StartAsync(CookieBrowser browser, string provider)
    {
        var reply = await browser.GetAsync(new Uri(_host.Url, $"/v1/auth/oauth/{provider}/start?redirectUri={App}"));
        Assert.True(reply.Status == HttpStatusCode.Redirect, reply.Text);
        Assert.Contains("httponly", Assert.Single(reply.Cookies), StringComparison.OrdinalIgnoreCase);
        return reply.Location!;
    }

    private async Task<string> CodeAsync(CookieBrowser browser, string provider, Claims person, string? appleUser = null)
    {
        var (callback, form) = await browser.SignInAsync(await StartAsync(browser, provider), person);
        Assert.Equal(provider == "apple", form.Count > 0);
        if (provider == "apple" && appleUser is not null) form["user"] = appleUser;
        var reply = form.Count > 0 ? await browser.PostAsync(callback, form) : await browser.GetAsync(callback);
        Assert.True(
            reply.Status == HttpStatusCode.Redirect && reply.Location!.ToString().StartsWith(App + "?code=", StringComparison.Ordinal),
            reply.Text
        );
        return QueryHelpers.ParseQuery(reply.Location.Query)["code"].ToString();
    }

    private Task<Reply> ExchangeAsync(string code) => new TestUser(_host.Url, "", "").PostAsync("/v1/auth/oauth/exchange", new { code });

    private Task<Reply> LinkAsync(string? linkToken, string password) =>
        new TestUser(_host.Url, "", "").PostAsync("/v1/auth/oauth/link", new { linkToken, password });

    private static Uri Altered(Uri url, string member, string? value)
    {
        var query = QueryHelpers.ParseQuery(url.Query).ToDictionary(p => p.Key, p => (string?)p.Value.ToString());
        if (value is null) query.Remove(member);
        else query[member] = value;
        return new Uri(QueryHelpers.AddQueryString(url.GetLeftPart(UriPartial.Path), query));
    }
}
