using System.Net;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

public sealed class MailFixture : IAsyncLifetime
{
    public SmtpListener Server { get; } = new();
    public TestHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server.Start();
        Host = new MailingHost(Server.Port);
        await Host.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Server.DisposeAsync();
    }

    public sealed class MailingHost(int port) : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?>
            {
                ["Mail:Smtp:Host"] = "127.0.0.1",
                ["Mail:Smtp:Port"] = $"{port}",
                ["Mail:Smtp:From"] = "AgentInvest <hello@agentinvest.example>",
            };
    }
}

/// <summary>Over SMTP, to a server that is really there.</summary>
public sealed class MailTests(MailFixture fixture) : IClassFixture<MailFixture>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Links_in_mails_lead_to_the_configured_origin_only()
    {
        var user = new TestUser(fixture.Host.Url, $"mail-{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        // Whatever the request says of hosts, names and schemes.
        var reply = await user.PostAsync(
            "/v1/auth/register",
            new
            {
                email = user.Email,
                password = user.Password,
                displayName = "<a href=https://evil.example>Click</a>",
            },
            ("Host", "evil.example"),
            ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Proto", "https"),
            ("Origin", "https://evil.example"),
            ("Referer", "https://evil.example/")
        );
        Assert.Equal(HttpStatusCode.Accepted, reply.Status);
        var mail = await fixture.Server.NextToAsync(user.Email, Soon);
        Assert.Equal(
            ("Verify your address", "hello@agentinvest.example", "auto-generated"),
            (mail.Subject, mail.From.Mailboxes.Single().Address, mail.Headers["Auto-Submitted"])
        );
        var link = $"{fixture.Host.Url.ToString().TrimEnd('/')}/verify-email#token=";
        Assert.Contains(link, mail.TextBody, StringComparison.Ordinal);
        Assert.Contains($"<a href=\"{link}", mail.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", mail.ToString(), StringComparison.OrdinalIgnoreCase);
        var text = mail.TextBody!;
        var token = text[(text.IndexOf(link, StringComparison.Ordinal) + link.Length)..].Split('\r', '\n')[0];
        Assert.Equal(HttpStatusCode.NoContent, (await user.PostAsync("/v1/auth/verify-email", new { token })).Status);
        await user.LogInAsync();
    }

    [Fact]
    public async Task With_a_mail_server_the_outbox_cannot_be_read() =>
        Assert.Equal(HttpStatusCode.NotFound, (await new TestUser(fixture.Host.Url, "", "").GetAsync("/v1/dev/outbox")).Status);

    [Theory]
    [InlineData("victim@example.com\r\nBcc: everyone@example.com")]
    [InlineData("victim@example.com\nSubject: x")]
    [InlineData("victim@example.com,other@example.com")]
    [InlineData("Victim <victim@example.com>")]
    [InlineData("victim@exаmple.com")] // a Cyrillic а
    [InlineData("ｖictim@example.com")]
    [InlineData("victim@example.com\u0000")]
    [InlineData("victim@[127.0.0.1]")]
    public async Task An_address_is_nothing_but_an_address(string email)
    {
        var before = fixture.Server.Messages.Count;
        var reply = await new TestUser(fixture.Host.Url, "", "").PostAsync(
            "/v1/auth/register",
            new { email, password = "a passphrase of mine" }
        );
        Assert.Equal((HttpStatusCode.BadRequest, true), (reply.Status, reply.Json.GetProperty("errors").TryGetProperty("email", out _)));
        Assert.Equal(before, fixture.Server.Messages.Count);
    }

    [Fact]
    public async Task A_mail_waits_for_a_server_that_is_away()
    {
        await using var server = new SmtpListener();
        var host = new MailFixture.MailingHost(server.Port);
        await host.InitializeAsync();
        try
        {
            var user = new TestUser(host.Url, $"late-{Guid.NewGuid():N}@example.com", "a passphrase of mine");
            await user.PostAsync("/v1/auth/register", new { email = server.Unknown, password = user.Password });
            await user.PostAsync("/v1/auth/register", new { email = user.Email, password = user.Password });
            await Task.Delay(TimeSpan.FromSeconds(6));
            server.Start();
            await server.NextToAsync(user.Email, TimeSpan.FromSeconds(40));
            await Task.Delay(TimeSpan.FromSeconds(6));
            Assert.InRange(server.Refused, 1, 1);
            Assert.Single(server.Messages);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }
}

/// <summary>Addresses: verified again, and changed.</summary>
public sealed class MailAddressTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task An_address_changes_once_both_mails_are_confirmed()
    {
        var user = await host.SignUpAsync();
        var moved = new TestUser(host.Url, $"moved-{Guid.NewGuid():N}@example.com", user.Password);
        Assert.Equal(
            "invalid_credentials",
            (await user.PostAsync("/v1/auth/me/email", new { email = moved.Email, password = "not the passphrase" })).Code
        );
        Assert.Equal(
            HttpStatusCode.Accepted,
            (await user.PostAsync("/v1/auth/me/email", new { email = moved.Email, password = user.Password })).Status
        );
        var (old, fresh) = (await TokenAsync(user), await TokenAsync(moved));
        Assert.Equal(HttpStatusCode.NoContent, (await ConfirmAsync(fresh)).Status);
        Assert.Equal("invalid_token", (await ConfirmAsync(fresh)).Code);
        Assert.Equal(user.Email, (await user.GetAsync("/v1/auth/me")).Json.GetProperty("email").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await ConfirmAsync(old)).Status);
        Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
        await moved.LogInAsync();
        Assert.Equal(
            "invalid_credentials",
            (await user.PostAsync("/v1/auth/login", new { email = user.Email, password = user.Password })).Code
        );
        foreach (var told in new[] { user, moved })
            Assert.Equal("The address of your account was changed", (await told.LatestMailAsync()).GetProperty("subject").GetString());
    }

    [Fact]
    public async Task A_change_to_a_taken_address_does_not_reveal_that_it_is_taken()
    {
        var user = await host.SignUpAsync();
        var other = await host.SignUpAsync();
        var taken = await user.PostAsync("/v1/auth/me/email", new { email = other.Email, password = user.Password });
        var free = await user.PostAsync(
            "/v1/auth/me/email",
            new { email = $"free-{Guid.NewGuid():N}@example.com", password = user.Password }
        );
        Assert.Equal((free.Status, free.Text), (taken.Status, taken.Text));
        var mail = await other.LatestMailAsync();
        Assert.Equal(
            ("already_registered", JsonValueKind.Null),
            (mail.GetProperty("kind").GetString(), mail.GetProperty("token").ValueKind)
        );
        await other.LogInAsync();
    }

    [Fact]
    public async Task An_address_that_somebody_takes_meanwhile_stays_theirs()
    {
        var user = await host.SignUpAsync();
        var other = new TestUser(host.Url, $"raced-{Guid.NewGuid():N}@example.com", "another passphrase");
        await user.PostAsync("/v1/auth/me/email", new { email = other.Email, password = user.Password });
        var (old, fresh) = (await TokenAsync(user), await TokenAsync(other));
        await other.RegisterAsync();
        await ConfirmAsync(old);
        Assert.Equal("invalid_token", (await ConfirmAsync(fresh)).Code);
        Assert.Equal(user.Email, (await user.GetAsync("/v1/auth/me")).Json.GetProperty("email").GetString());
        await other.LogInAsync();
    }

    [Fact]
    public async Task Verification_sent_again_activates_the_password_of_the_registration()
    {
        var user = new TestUser(host.Url, $"again-{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await user.PostAsync("/v1/auth/register", new { email = user.Email, password = user.Password, displayName = "Again" });
        var first = await TokenAsync(user);
        var again = await user.PostAsync("/v1/auth/resend-verification", new { email = user.Email });
        var unknown = await user.PostAsync("/v1/auth/resend-verification", new { email = "nobody-at-all@example.com" });
        Assert.Equal((HttpStatusCode.Accepted, unknown.Text), (again.Status, again.Text));
        var second = await TokenAsync(user);
        Assert.NotEqual(first, second);
        Assert.Equal(HttpStatusCode.NoContent, (await user.PostAsync("/v1/auth/verify-email", new { token = second })).Status);
        await user.LogInAsync();
        Assert.Equal("Again", (await user.GetAsync("/v1/auth/me")).Json.GetProperty("displayName").GetString());
        Assert.Equal("invalid_token", (await user.PostAsync("/v1/auth/verify-email", new { token = first })).Code);
        Assert.Empty((await user.GetAsync("/v1/dev/outbox?to=nobody-at-all@example.com")).Json.GetProperty("items").EnumerateArray());
    }

    private static async Task<string> TokenAsync(TestUser user) => (await user.LatestMailAsync()).GetProperty("token").GetString()!;

    private Task<Reply> ConfirmAsync(string token) =>
        new TestUser(host.Url, "", "").PostAsync("/v1/auth/confirm-email-change", new { token });
}
