using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentInvest.Api.Tests;

/// <summary>The local host's own pages, and HEAD.</summary>
public sealed class LocalPagesTests(TestHost host) : IClassFixture<TestHost>
{
    private const string BrowserAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    private readonly TestUser _anyone = new(host.Url, "", "");

    [Fact]
    public async Task Every_link_of_the_page_at_the_root_answers()
    {
        var page = await _anyone.GetAsync("/");
        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (page.Status, page.Header("Content-Type")));
        var links = Regex.Matches(page.Text, "<a href=\"([^\"]+)\"").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(["/v1", "/docs", "/openapi/v1.json", "/dev/outbox", "/health/ready", "/readme"], links);
        foreach (var link in links) Assert.Equal(HttpStatusCode.OK, (await _anyone.GetAsync(link)).Status);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/dev/outbox")]
    [InlineData("/verify-email")]
    [InlineData("/reset-password")]
    [InlineData("/confirm-email")]
    [InlineData("/login")]
    public async Task A_page_lets_in_only_what_carries_its_nonce(string path)
    {
        var page = await _anyone.GetAsync(path, ("Accept", BrowserAccept));
        Assert.Equal((HttpStatusCode.OK, "no-store"), (page.Status, page.Header("Cache-Control")));
        var policy = page.Header("Content-Security-Policy")!;
        var nonce = Regex.Match(policy, "script-src 'nonce-([^']+)'").Groups[1].Value;
        Assert.NotEmpty(nonce);
        Assert.StartsWith("default-src 'none'; ", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.All(Regex.Matches(page.Text, "<(script|style)[^>]*>"), t => Assert.Contains($"nonce=\"{nonce}\"", t.Value));
        Assert.DoesNotMatch("<[^>]+ (on[a-z]+|style)=", page.Text);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", page.Text);
    }

    [Fact]
    public async Task The_outbox_is_JSON_unless_HTML_is_preferred()
    {
        foreach (var accept in new[] { "*/*", "application/json", "application/json, text/html;q=0.5", "text/html;q=0.5, */*" })
            Assert.Equal(
                "application/json; charset=utf-8",
                (await _anyone.GetAsync("/dev/outbox", ("Accept", accept))).Header("Content-Type")
            );
        Assert.Equal("application/json; charset=utf-8", (await _anyone.GetAsync("/dev/outbox")).Header("Content-Type"));
        foreach (var accept in new[] { BrowserAccept, "text/html" })
            Assert.Equal("text/html; charset=utf-8", (await _anyone.GetAsync("/dev/outbox", ("Accept", accept))).Header("Content-Type"));
    }

    [Fact]
    public async Task The_outbox_page_links_what_a_mail_links()
    {
        var email = $"u{Guid.NewGuid():N}@example.com";
        await _anyone.PostAsync("/v1/auth/register", new { email, password = "a passphrase of mine" });
        var token = (await new TestUser(host.Url, email, "").LatestMailAsync()).GetProperty("token").GetString();
        var page = await _anyone.GetAsync($"/dev/outbox?to={email}", ("Accept", BrowserAccept));
        Assert.Matches($"<a href=\"{host.Url}verify-email[?#]token={token}\">", page.Text);
    }

    [Fact]
    public async Task What_a_mail_holds_is_encoded_on_the_outbox_page()
    {
        const string text = "<script>alert(1)</script> http://evil.example/x \"quoted\"";
        var page = await new PageOf(text, host.Url).RenderAsync();
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt; http://evil.example/x &quot;quoted&quot;", page);
        Assert.DoesNotContain("<script>", page);
        Assert.DoesNotContain("href=\"http://evil", page);
    }

    [Fact]
    public async Task HEAD_answers_wherever_GET_does_with_its_status_and_headers()
    {
        var user = await host.SignUpAsync();
        var paths = (await _anyone.GetAsync("/openapi/v1.json"))
            .Json.GetProperty("paths")
            .EnumerateObject()
            .Where(p => p.Value.TryGetProperty("get", out _))
            .Select(p => p.Name.Replace("{symbol}", "AAPL", StringComparison.Ordinal).Replace("{pair}", "EURUSD", StringComparison.Ordinal))
            .Select(p => Regex.Replace(p, @"\{[^}]+\}", "none"))
            .Concat(["/", "/docs", "/openapi/v1.json", "/metrics", "/dev/outbox", "/verify-email", "/market/stocks/AAPL"])
            .ToList();
        Assert.True(paths.Count > 50);
        foreach (var path in paths)
        {
            var (get, head) = (await user.GetAsync(path), await user.SendAsync(HttpMethod.Head, path, null));
            Assert.Equal((path, get.Status, ""), (path, head.Status, head.Text));
            // The tag itself differs where prices have moved on between the two.
            Assert.Equal((path, get.Header("ETag") is null), (path, head.Header("ETag") is null));
            foreach (var header in new[] { "Content-Type", "Cache-Control", "WWW-Authenticate", "X-Content-Type-Options" })
                Assert.Equal((path, header, get.Header(header)), (path, header, head.Header(header)));
        }
    }

    [Fact]
    public async Task HEAD_of_what_only_POST_answers_is_405() =>
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _anyone.SendAsync(HttpMethod.Head, "/v1/auth/login", null)).Status);

    [BrowserFact]
    public async Task The_link_of_a_registration_verifies_the_address()
    {
        var user = new TestUser(host.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await user.PostAsync("/v1/auth/register", new { email = user.Email, password = user.Password });
        await using var browser = await OpenAsync("verify-email", await TokenAsync(user));
        Assert.Equal("Your address is verified and your password is active: you can sign in.", await OutcomeAsync(browser));
        Assert.Equal($"{host.Url}verify-email", await browser.EvaluateAsync("location.href"));
        Assert.Equal(HttpStatusCode.OK, (await user.LogInAsync()).Status);
    }

    [BrowserFact]
    public async Task A_link_that_was_used_shows_the_problem()
    {
        await using var browser = await OpenAsync("verify-email", "used");
        Assert.Equal("The link's token is unknown, used or expired.", await OutcomeAsync(browser));
    }

    [BrowserFact]
    public async Task The_link_of_a_forgotten_password_sets_a_new_one()
    {
        var user = await host.SignUpAsync();
        await user.PostAsync("/v1/auth/forgot-password", new { email = user.Email });
        await using var browser = await OpenAsync("reset-password", await TokenAsync(user));
        const string password = "another passphrase of mine";
        await SendFormAsync(browser, user.Email);
        Assert.StartsWith("The new password ", await OutcomeAsync(browser));
        await SendFormAsync(browser, password);
        Assert.Equal("Your new password is set: you can sign in.", await OutcomeAsync(browser));
        Assert.Equal(HttpStatusCode.OK, (await new TestUser(host.Url, user.Email, password).LogInAsync()).Status);
    }

    [BrowserFact]
    public async Task The_links_of_a_change_of_address_confirm_it()
    {
        var user = await host.SignUpAsync();
        var next = new TestUser(host.Url, $"u{Guid.NewGuid():N}@example.com", user.Password);
        await user.PostAsync("/v1/auth/me/email", new { email = next.Email, password = user.Password });
        foreach (var mailbox in new[] { user, next })
        {
            await using var browser = await OpenAsync("confirm-email", await TokenAsync(mailbox));
            Assert.StartsWith("Confirmed.", await OutcomeAsync(browser));
        }
        Assert.Equal(HttpStatusCode.OK, (await next.LogInAsync()).Status);
    }

    [BrowserFact]
    public async Task The_sign_in_page_asks_for_a_mail_to_choose_a_new_password()
    {
        var user = await host.SignUpAsync();
        await using var browser = await Browser.StartAsync(new Uri(host.Url, "login"));
        await SendFormAsync(browser, user.Email);
        Assert.Equal("If the address is registered, a mail is on its way.", await OutcomeAsync(browser));
        Assert.Equal("reset_password", (await user.LatestMailAsync()).GetProperty("kind").GetString());
    }

    private Task<Browser> OpenAsync(string page, string token) => Browser.StartAsync(new Uri(host.Url, $"{page}#token={token}"));

    private static async Task<string> TokenAsync(TestUser user) => (await user.LatestMailAsync()).GetProperty("token").GetString()!;

    private static Task<string> SendFormAsync(Browser browser, string value) =>
        browser.EvaluateAsync(
            $$"""
            (() => {
              document.querySelector('output').className = '';
              document.querySelector('input').value = {{JsonSerializer.Serialize(value)}};
              document.querySelector('button').click();
              return '';
            })()
            """
        );

    private static Task<string> OutcomeAsync(Browser browser) =>
        browser.EvaluateAsync(
            """
            (async () => {
              const output = document.querySelector('output');
              for (let i = 0; i < 200 && !output.className; i++) await new Promise((done) => setTimeout(done, 50));
              return output.textContent;
            })()
            """
        );

    /// <summary>The outbox page of one mail, as no sender of ours writes it.</summary>
    private sealed class PageOf(string text, Uri origin)
    {
        public async Task<string> RenderAsync()
        {
            var http = new Microsoft.AspNetCore.Http.DefaultHttpContext
            {
                RequestServices = Microsoft.Extensions.DependencyInjection.ServiceCollectionContainerBuilderExtensions.BuildServiceProvider(
                    Microsoft.Extensions.DependencyInjection.LoggingServiceCollectionExtensions.AddLogging(
                        new Microsoft.Extensions.DependencyInjection.ServiceCollection()
                    )
                ),
                Response = { Body = new MemoryStream() },
            };
            var mail = new Auth.Mails.Mail("a@example.com", text, text, Auth.Mails.MailKind.SecurityNotice, null, DateTimeOffset.UnixEpoch);
            await LocalHost.Pages.OutboxPage.Answer(http, [mail], [origin.ToString().TrimEnd('/')]).ExecuteAsync(http);
            return System.Text.Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray());
        }
    }
}
