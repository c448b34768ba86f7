using System.Net;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

/// <summary>Sessions: listed, ended, limited; refreshed by token and by cookie; what changes of rights do to them.</summary>
public sealed class AuthSessionTests : IAsyncLifetime
{
    private readonly TestHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();
    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_user_ends_one_of_their_sessions()
    {
        var user = await _host.SignUpAsync();
        var phone = new TestUser(_host.Url, user.Email, user.Password);
        var reply = await phone.PostAsync(
            "/v1/auth/login",
            new
            {
                email = user.Email,
                password = user.Password,
                deviceName = "Phone",
            },
            ("User-Agent", "Phone/1.0"),
            ("Accept-Language", "de")
        );
        phone.Token = reply.Json.GetProperty("accessToken").GetString()!;
        Assert.Equal("A sign-in from a new device", (await user.LatestMailAsync()).GetProperty("subject").GetString());
        var sessions = (await user.GetAsync("/v1/auth/sessions")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, sessions.Count);
        var other = Assert.Single(sessions, s => !s.GetProperty("current").GetBoolean());
        Assert.Equal(("Phone", "127.0.0.0/24"), (other.GetProperty("deviceName").GetString(), other.GetProperty("ipPrefix").GetString()));
        Assert.Equal(Sid(phone.Token), other.GetProperty("id").GetString());

        var stranger = await _host.SignUpAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.DeleteAsync("/v1/auth/sessions/" + Sid(phone.Token))).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await user.DeleteAsync("/v1/auth/sessions/" + Sid(phone.Token))).Status);
        Assert.Equal("token_revoked", (await phone.GetAsync("/v1/auth/me")).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await user.DeleteAsync("/v1/auth/sessions/" + Sid(phone.Token))).Status);
        Assert.Single((await user.GetAsync("/v1/auth/sessions")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_newer_version_of_the_same_browser_is_no_new_device()
    {
        var user = await _host.SignUpAsync();
        for (var version = 120; version < 123; version++)
            await user.PostAsync(
                "/v1/auth/login",
                new { email = user.Email, password = user.Password },
                ("User-Agent", $"Mozilla/5.0 (X11; Linux x86_64) Chrome/{version}.0.0.0")
            );
        Assert.Single(await user.MailsAsync(), m => m.GetProperty("subject").GetString() == "A sign-in from a new device");
    }

    [Fact]
    public async Task A_session_ends_after_two_idle_weeks_or_thirty_days()
    {
        var busy = await _host.SignUpAsync();
        var idle = await _host.SignUpAsync();
        for (var day = 0; day < 30; day += 6)
        {
            var reply = await busy.PostAsync("/v1/auth/refresh", new { refreshToken = busy.RefreshToken });
            Assert.Equal(HttpStatusCode.OK, reply.Status);
            Assert.InRange(reply.Json.GetProperty("refreshExpiresIn").GetInt32(), (30 - day) * 86400 - 60, (30 - day) * 86400);
            busy.RefreshToken = reply.Json.GetProperty("refreshToken").GetString()!;
            _host.Time.Advance(TimeSpan.FromDays(6));
            if (day == 12)
                Assert.Equal("token_expired", (await idle.PostAsync("/v1/auth/refresh", new { refreshToken = idle.RefreshToken })).Code);
        }
        Assert.Equal("token_expired", (await busy.PostAsync("/v1/auth/refresh", new { refreshToken = busy.RefreshToken })).Code);
    }

    [Fact]
    public async Task After_ten_seconds_a_repeat_ends_the_family()
    {
        var user = await _host.SignUpAsync();
        var successor = (await user.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken }))
            .Json.GetProperty("refreshToken")
            .GetString();
        // Within ten seconds of its start a host is patient for another reason.
        _host.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(
            successor,
            (await user.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken }))
                .Json.GetProperty("refreshToken")
                .GetString()
        );
        _host.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("refresh_token_reused", (await user.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken })).Code);
        Assert.Equal("token_revoked", (await user.PostAsync("/v1/auth/refresh", new { refreshToken = successor })).Code);
        Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
    }

    [Fact]
    public async Task A_host_that_starts_is_patient_with_answers_the_old_one_lost()
    {
        var user = await _host.SignUpAsync();
        var successor = (await user.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken }))
            .Json.GetProperty("refreshToken")
            .GetString();
        _host.Time.Advance(TimeSpan.FromSeconds(45));
        var twin = await _host.StartTwinAsync();
        try
        {
            Assert.Equal(
                successor,
                (await new TestUser(twin.Url, "", "").PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken }))
                    .Json.GetProperty("refreshToken")
                    .GetString()
            );
        }
        finally
        {
            await twin.DisposeAsync();
        }
    }

    [Fact]
    public async Task In_cookie_mode_every_use_of_the_cookie_is_proved()
    {
        var user = await _host.SignUpAsync();
        var login = await user.PostAsync("/v1/auth/login?cookie=true", new { email = user.Email, password = user.Password });
        Assert.False(login.Json.TryGetProperty("refreshToken", out _));
        var (cookie, csrf) = CookieOf(login);
        user.Token = login.Json.GetProperty("accessToken").GetString()!;
        Task<Reply> Refresh(params (string, string)[] headers) =>
            new TestUser(_host.Url, "", "").PostAsync("/v1/auth/refresh", null, [("Cookie", cookie), .. headers]);

        Assert.Equal(("csrf_failed", HttpStatusCode.Forbidden), ((await Refresh()).Code, (await Refresh()).Status));
        Assert.Equal("csrf_failed", (await Refresh(("X-CSRF-Token", "made up"))).Code);
        Assert.Equal("csrf_failed", (await Refresh(("X-CSRF-Token", csrf), ("Origin", "https://evil.example"))).Code);
        Assert.Equal("csrf_failed", (await Refresh(("X-CSRF-Token", csrf), ("Origin", "null"))).Code);
        Assert.Equal("csrf_failed", (await Refresh(("X-CSRF-Token", csrf), ("Sec-Fetch-Site", "cross-site"))).Code);
        var stranger = await _host.SignUpAsync();
        var theirs = CookieOf(
            await stranger.PostAsync("/v1/auth/login?cookie=true", new { email = stranger.Email, password = stranger.Password })
        ).Csrf;
        Assert.Equal("csrf_failed", (await Refresh(("X-CSRF-Token", theirs))).Code);

        var refreshed = await Refresh(
            ("X-CSRF-Token", csrf),
            ("Origin", _host.Url.ToString().TrimEnd('/')),
            ("Sec-Fetch-Site", "same-origin")
        );
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.False(refreshed.Json.TryGetProperty("refreshToken", out _));
        var (next, nextCsrf) = CookieOf(refreshed);
        Assert.NotEqual(cookie, next);

        user.Token = refreshed.Json.GetProperty("accessToken").GetString()!;
        Assert.Equal("csrf_failed", (await user.PostAsync("/v1/auth/logout", null, ("Cookie", next))).Code);
        var gone = await user.PostAsync("/v1/auth/logout", null, ("Cookie", next), ("X-CSRF-Token", nextCsrf));
        Assert.Equal(HttpStatusCode.NoContent, gone.Status);
        Assert.Contains("max-age=0", gone.Header("Set-Cookie"));
        Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
    }

    [Fact]
    public async Task A_refresh_after_a_change_of_rights_brings_the_new_ones()
    {
        var user = await _host.SignUpAsync();
        var twin = await _host.StartTwinAsync();
        try
        {
            var there = new TestUser(twin.Url, "", "") { Token = user.Token };
            Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/v1/auth/me")).Status);
            // As an administrator does; the row is what every host reads.
            var id = (await user.GetAsync("/v1/auth/me")).Json.GetProperty("id").GetGuid();
            await TestSql.ExecuteAsync(
                _host.ConnectionString,
                """
                with changed as (
                    update auth.users set tier = 'premium', token_version = token_version + 1 where id = $1 returning id, token_version)
                insert into core.revocations (user_id, below_version) select id, token_version from changed
                """,
                id
            );
            await Task.Delay(1000);
            Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
            Assert.Equal("token_revoked", (await there.GetAsync("/v1/auth/me")).Code);
            var fresh = (await there.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken })).Json;
            user.Token = fresh.GetProperty("accessToken").GetString()!;
            Assert.Equal("premium", Claims(user.Token).GetProperty("tier").GetString());
            Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v1/auth/me")).Status);
        }
        finally
        {
            await twin.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_rotation_of_signing_keys_signs_nobody_out()
    {
        async Task<List<string>> KidsAsync() =>
            (await new TestUser(_host.Url, "", "").GetAsync("/.well-known/jwks.json"))
                .Json.GetProperty("keys")
                .EnumerateArray()
                .Select(k => k.GetProperty("kid").GetString()!)
                .ToList();
        var user = await _host.SignUpAsync();
        var first = await KidsAsync();
        Assert.Equal(2, first.Count);
        Assert.Equal(first[0], Kid(user.Token));
        _host.Time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(2));
        await user.LogInAsync();
        Assert.Equal(first[0], Kid(user.Token));
        // The next key takes over; the last token of the old one is good on.
        _host.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v1/auth/me")).Status);
        await user.LogInAsync();
        Assert.Equal(first[1], Kid(user.Token));
        Assert.Equal(first, await KidsAsync());
        _host.Time.Advance(TimeSpan.FromHours(2));
        var second = await KidsAsync();
        Assert.Equal((2, first[1]), (second.Count, second[0]));
        Assert.DoesNotContain(first[0], second);
    }

    internal static (string Cookie, string Csrf) CookieOf(Reply reply)
    {
        var set = reply.Header("Set-Cookie")!;
        Assert.StartsWith("__Host-refresh=", set);
        foreach (var attribute in new[] { "secure", "httponly", "samesite=strict", "path=/" })
            Assert.Contains(attribute, set, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain", set, StringComparison.OrdinalIgnoreCase);
        var csrf = reply.Json.GetProperty("csrfToken").GetString()!;
        Assert.Equal(csrf, reply.Header("X-CSRF-Token"));
        return (set.Split(';')[0], csrf);
    }

    internal static JsonElement Claims(string token) => Part(token, 1);
    private static string Sid(string token) => Claims(token).GetProperty("sid").GetString()!;
    private static string Kid(string token) => Part(token, 0).GetProperty("kid").GetString()!;
    private static JsonElement Part(string token, int index) =>
        JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[index])).RootElement;
}
