using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentInvest.Core.Data;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Api.Tests;

/// <summary>Against a real browser with a virtual authenticator.</summary>
public sealed class PasskeyTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Passkeys = "/v1/auth/passkeys";

    private Uri Page => new($"http://localhost:{host.Url.Port}/v1/health/live");

    [BrowserFact]
    public async Task A_passkey_signs_in_without_password()
    {
        await using var browser = await Browser.StartAsync(Page);
        await browser.AddAuthenticatorAsync();
        var user = await host.SignUpAsync();
        var added = await AddAsync(user, browser, "My laptop");
        Assert.Equal((HttpStatusCode.Created, "My laptop"), (added.Status, added.Json.GetProperty("name").GetString()));
        Assert.Equal("security_notice", (await user.LatestMailAsync()).GetProperty("kind").GetString());

        var signedIn = await SignInAsync(browser);
        Assert.True(signedIn.Status == HttpStatusCode.OK, signedIn.Text);
        Assert.Equal(user.Email, signedIn.Json.GetProperty("user").GetProperty("email").GetString());
        var claims = Encoding(signedIn.Json.GetProperty("accessToken").GetString()!);
        Assert.Equal(["pop", "mfa"], claims.GetProperty("amr").EnumerateArray().Select(a => a.GetString()));
        var second = new TestUser(host.Url, user.Email, "") { Token = signedIn.Json.GetProperty("accessToken").GetString()! };
        var listed = Assert.Single((await second.GetAsync(Passkeys)).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(JsonValueKind.String, listed.GetProperty("lastUsedAt").ValueKind);

        var path = $"{Passkeys}/{listed.GetProperty("id").GetString()}";
        Assert.Equal(HttpStatusCode.NotFound, (await (await host.SignUpAsync()).SendAsync(HttpMethod.Delete, path, null)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await second.SendAsync(HttpMethod.Delete, path, null)).Status);
        Assert.Equal("invalid_credentials", (await SignInAsync(browser)).Code);
    }

    [BrowserFact]
    public async Task An_answer_of_an_authenticator_counts_once()
    {
        await using var browser = await Browser.StartAsync(Page);
        await browser.AddAuthenticatorAsync();
        var user = await host.SignUpAsync();
        var stranger = await host.SignUpAsync();
        var credential = await browser.CreatePasskeyAsync((await user.PostAsync(Passkeys + "/options")).Text);
        // Another user's answer to my question, or mine told by another, adds nothing.
        Assert.Equal("invalid_token", (await stranger.PostRawAsync(Passkeys, credential)).Code);
        Assert.Equal(HttpStatusCode.Created, (await user.PostRawAsync(Passkeys, credential)).Status);
        Assert.Equal("invalid_token", (await user.PostRawAsync(Passkeys, credential)).Code);

        var nobody = new TestUser(host.Url, "", "");
        var answer = await browser.UsePasskeyAsync((await nobody.PostAsync(Passkeys + "/login-options")).Text);
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => nobody.PostRawAsync(Passkeys + "/login", answer)));
        Assert.Single(replies, r => r.Status == HttpStatusCode.OK);
        Assert.All(replies.Where(r => r.Status != HttpStatusCode.OK), r => Assert.Equal("invalid_credentials", r.Code));

        foreach (var member in new[] { "signature", "authenticatorData", "userHandle" })
        {
            var altered = JsonNode.Parse(await browser.UsePasskeyAsync((await nobody.PostAsync(Passkeys + "/login-options")).Text))!;
            var text = altered["response"]![member]!.GetValue<string>();
            altered["response"]![member] = (text[0] == 'A' ? "B" : "A") + text[1..];
            Assert.Equal("invalid_credentials", (await nobody.PostRawAsync(Passkeys + "/login", altered.ToJsonString())).Code);
        }
    }

    [BrowserFact]
    public async Task A_passkey_of_another_page_or_without_user_verification_is_refused()
    {
        // A second host's page is of the same relying party, but of an origin that is no page of ours for this one.
        await using var strict = new StrictHost();
        await strict.Host.InitializeAsync();
        await using var browser = await Browser.StartAsync(Page);
        await browser.AddAuthenticatorAsync();
        var user = await strict.Host.SignUpAsync();
        var credential = await browser.CreatePasskeyAsync((await user.PostAsync(Passkeys + "/options")).Text);
        Assert.Equal("invalid_token", (await user.PostRawAsync(Passkeys, credential)).Code);

        await using var unverified = await Browser.StartAsync(Page);
        await unverified.AddAuthenticatorAsync(verified: false);
        var mine = await host.SignUpAsync();
        var options = JsonNode.Parse((await mine.PostAsync(Passkeys + "/options")).Text)!;
        Assert.Equal("required", options["authenticatorSelection"]!["userVerification"]!.GetValue<string>());
        // A page that asks for less than we did.
        options["authenticatorSelection"] = new JsonObject { ["userVerification"] = "discouraged", ["residentKey"] = "discouraged" };
        Assert.Equal(
            "invalid_token",
            (await mine.PostRawAsync(Passkeys, await unverified.CreatePasskeyAsync(options.ToJsonString()))).Code
        );
        Assert.Empty((await mine.GetAsync(Passkeys)).Json.GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("""{"id":"AAAA","response":{}}""", 401)]
    [InlineData("""{"id":"AAAA","response":{"clientDataJSON":"bm90IGpzb24"}}""", 401)]
    [InlineData("""{"id":"AAAA","response":{"clientDataJSON":"eyJjaGFsbGVuZ2UiOiJBQUFBIn0"}}""", 401)]
    [InlineData("""{"id":"AAAA","response":"text"}""", 400)]
    public async Task Rubbish_is_no_passkey(string body, int status) =>
        Assert.Equal(status, (int)(await new TestUser(host.Url, "", "").PostRawAsync(Passkeys + "/login", body)).Status);

    [Fact]
    public async Task A_way_in_is_added_only_soon_after_a_sign_in()
    {
        var user = await host.SignUpAsync();
        await host
            .Services.GetRequiredService<Db>()
            .ExecuteAsync(
                "update auth.sessions set created_at = created_at - interval '6 minutes' where user_id = $1",
                default,
                Guid.Parse(await AdminTests.IdOf(user))
            );
        var reply = await user.PostAsync(Passkeys + "/options");
        Assert.Equal((HttpStatusCode.Forbidden, "reauthentication_required"), (reply.Status, reply.Code));
    }

    private static async Task<Reply> AddAsync(TestUser user, Browser browser, string name)
    {
        var credential = JsonNode.Parse(await browser.CreatePasskeyAsync((await user.PostAsync(Passkeys + "/options")).Text))!;
        credential["name"] = name;
        return await user.PostRawAsync(Passkeys, credential.ToJsonString());
    }

    private async Task<Reply> SignInAsync(Browser browser)
    {
        var nobody = new TestUser(host.Url, "", "");
        return await nobody.PostRawAsync(
            Passkeys + "/login",
            await browser.UsePasskeyAsync((await nobody.PostAsync(Passkeys + "/login-options")).Text)
        );
    }

    private static JsonElement Encoding(string token) =>
        JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement;

    private sealed class StrictHost : IAsyncDisposable
    {
        public TestHost Host { get; } = new PinnedHost();
        public async ValueTask DisposeAsync() => await Host.DisposeAsync();

        private sealed class PinnedHost : TestHost
        {
            public override IReadOnlyDictionary<string, string?> Settings { get; } =
                new Dictionary<string, string?> { ["Auth:Passkeys:RpId"] = "localhost", ["Auth:Passkeys:Origins"] = "http://localhost:1" };
        }
    }
}
