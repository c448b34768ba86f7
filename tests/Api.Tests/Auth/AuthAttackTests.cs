using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace AgentInvest.Api.Tests;

/// <summary>Two hosts on one database.</summary>
public sealed class TwoHosts : IAsyncLifetime
{
    public TestHost First { get; } = new();
    public TestHost Second { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await First.InitializeAsync();
        Second = await First.StartTwinAsync();
    }

    public async Task DisposeAsync()
    {
        await Second.DisposeAsync();
        await First.DisposeAsync();
    }
}

/// <summary>An attacker's ways in, tried over HTTP on two hosts that share a database.</summary>
public sealed class AuthAttackTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private readonly TestHost _host = hosts.First;
    private readonly TestHost _twin = hosts.Second;

    [Fact]
    public async Task No_forged_token_is_taken_by_either_host()
    {
        var user = await _host.SignUpAsync();
        var keys = _host.Services.GetRequiredService<SigningKeys>();
        var genuine = ((ECDsaSecurityKey)(await keys.SigningAsync(default)).Key).ECDsa;
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kids = (await keys.JwksAsync(default)).Keys.Select(k => k.Kid).ToList();
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string Es256(ECDsa key, Action<JsonObject>? header = null, Action<JsonObject>? payload = null) =>
            Forge(user.Token, header, payload, d => key.SignData(d, HashAlgorithmName.SHA256));
        string Unsigned(string alg) => Forge(user.Token, h => h["alg"] = alg, null, _ => []);
        string Hmac(byte[] key) => Forge(user.Token, h => h["alg"] = "HS256", null, d => HMACSHA256.HashData(key, d));
        var point = genuine.ExportParameters(false).Q;
        var parts = user.Token.Split('.');

        // What the forger can do by itself is right: unchanged, its token is good on both hosts.
        foreach (var url in new[] { _host.Url, _twin.Url })
            Assert.Equal(HttpStatusCode.OK, (await new TestUser(url, "", "") { Token = Es256(genuine) }.GetAsync("/v1/auth/me")).Status);
        var forged = new Dictionary<string, string>
        {
            ["alg none"] = Unsigned("none"),
            ["alg None"] = Unsigned("None"),
            ["no alg"] = Forge(user.Token, h => h.Remove("alg"), null, _ => []),
            ["HS256 with the key's PEM"] = Hmac(Encoding.UTF8.GetBytes(genuine.ExportSubjectPublicKeyInfoPem())),
            ["HS256 with its DER"] = Hmac(genuine.ExportSubjectPublicKeyInfo()),
            ["HS256 with its point"] = Hmac([.. point.X!, .. point.Y!]),
            ["HS256 with its kid"] = Hmac(Encoding.UTF8.GetBytes(kids[0])),
            ["alg RS256"] = Es256(genuine, h => h["alg"] = "RS256"),
            ["alg ES384"] = Es256(genuine, h => h["alg"] = "ES384"),
            ["another's key"] = Es256(own),
            ["unknown kid"] = Es256(own, h => h["kid"] = "mine"),
            ["no kid"] = Es256(genuine, h => h.Remove("kid")),
            ["the other key's kid"] = Es256(genuine, h => h["kid"] = kids[1]),
            ["jwk in the header"] = Es256(own, h => h["jwk"] = JsonWebKey(own)),
            ["jku in the header"] = Es256(own, h => h["jku"] = "https://evil.example/jwks.json"),
            ["x5u in the header"] = Es256(own, h => h["x5u"] = "https://evil.example/x"),
            ["kid as a path"] = Es256(own, h => h["kid"] = "../../dev/null"),
            ["kid as SQL"] = Es256(own, h => h["kid"] = "' or 1=1 --"),
            ["typ JWT"] = Es256(genuine, h => h["typ"] = "JWT"),
            ["typ refresh"] = Es256(genuine, h => h["typ"] = "rt+jwt"),
            ["no typ"] = Es256(genuine, h => h.Remove("typ")),
            ["expired"] = Es256(genuine, null, p => (p["exp"], p["nbf"]) = (now - 60, now - 960)),
            ["no exp"] = Es256(genuine, null, p => p.Remove("exp")),
            ["not yet"] = Es256(genuine, null, p => p["nbf"] = now + 60),
            ["another audience"] = Es256(genuine, null, p => p["aud"] = "elsewhere"),
            ["no audience"] = Es256(genuine, null, p => p.Remove("aud")),
            ["another issuer"] = Es256(genuine, null, p => p["iss"] = "https://evil.example"),
            ["no sub"] = Es256(genuine, null, p => p.Remove("sub")),
            ["no sid"] = Es256(genuine, null, p => p.Remove("sid")),
            ["sub no id"] = Es256(genuine, null, p => p["sub"] = "admin"),
            ["another payload"] =
                $"{parts[0]}.{Es256(own, null, p => p["roles"] = new JsonArray("user", "admin")).Split('.')[1]}.{parts[2]}",
            ["all-zero signature"] = Forge(user.Token, null, null, _ => new byte[64]),
            ["DER signature"] = Forge(
                user.Token,
                null,
                null,
                d => genuine.SignData(d, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
            ),
            ["short signature"] = user.Token[..^4],
            ["two parts"] = parts[0] + "." + parts[1],
            ["four parts"] = user.Token + ".AAAA",
            ["five parts"] = user.Token + ".AAAA.AAAA",
            ["rubbish"] = "rubbish",
            ["huge"] = new string('A', 9000),
        };
        foreach (var (what, token) in forged)
        {
            foreach (var url in new[] { _host.Url, _twin.Url })
            {
                var reply = await new TestUser(url, "", "") { Token = token }.GetAsync("/v1/auth/me");
                Assert.True(reply.Status == HttpStatusCode.Unauthorized, $"{what}: {(int)reply.Status}");
                Assert.Equal(what == "expired" ? "token_expired" : "unauthenticated", reply.Code);
            }
        }
    }

    [Fact]
    public async Task Fifty_refreshes_on_two_hosts_get_one_successor()
    {
        var user = await _host.SignUpAsync();
        for (var round = 0; round < 3; round++)
        {
            var replies = await Task.WhenAll(
                Enumerable
                    .Range(0, 50)
                    .Select(i =>
                        new TestUser(i % 2 == 0 ? _host.Url : _twin.Url, "", "").PostAsync(
                            "/v1/auth/refresh",
                            new { refreshToken = user.RefreshToken }
                        )
                    )
            );
            Assert.All(replies, r => Assert.Equal(HttpStatusCode.OK, r.Status));
            user.RefreshToken = Assert.Single(replies.Select(r => r.Json.GetProperty("refreshToken").GetString()!).Distinct());
        }
    }

    [Fact]
    public async Task No_refresh_token_can_be_made_or_moved()
    {
        var (user, other) = (await _host.SignUpAsync(), await _host.SignUpAsync());
        var (mine, theirs) = (
            System.Buffers.Text.Base64Url.DecodeFromChars(user.RefreshToken),
            System.Buffers.Text.Base64Url.DecodeFromChars(other.RefreshToken)
        );
        byte[] forward = [.. mine[..19], 1, .. mine[20..]];
        byte[] moved = [.. theirs[..16], .. mine[16..]];
        foreach (var token in new[] { forward, moved, [.. mine[..^1], (byte)(mine[^1] ^ 1)], [.. mine[..20], .. new byte[32]] })
            Assert.Equal(
                "token_expired",
                (await user.PostAsync("/v1/auth/refresh", new { refreshToken = System.Buffers.Text.Base64Url.EncodeToString(token) })).Code
            );
        // And none of the tries has done harm.
        Assert.Equal(HttpStatusCode.OK, (await user.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken })).Status);
        Assert.Equal(HttpStatusCode.OK, (await other.PostAsync("/v1/auth/refresh", new { refreshToken = other.RefreshToken })).Status);
    }

    [Fact]
    public async Task Every_refused_sign_in_answers_alike_byte_for_byte()
    {
        var (known, passwordless, paused) = (await _host.SignUpAsync(), await _host.SignUpAsync(), await _host.SignUpAsync());
        var unverified = $"u{Guid.NewGuid():N}@example.com";
        await known.PostAsync("/v1/auth/register", new { email = unverified, password = known.Password });
        await TestSql.ExecuteAsync(
            _host.ConnectionString,
            "update auth.users set password_hash = '' where id = $1",
            (await passwordless.GetAsync("/v1/auth/me")).Json.GetProperty("id").GetGuid()
        );
        for (var i = 0; i < 10; i++) await paused.PostAsync("/v1/auth/login", new { email = paused.Email, password = "wrong passphrase" });
        string[] emails = [known.Email, passwordless.Email, unverified, $"n{Guid.NewGuid():N}@example.com"];
        var stranger = new TestUser(_twin.Url, "", "");
        async Task AlikeAsync(IEnumerable<Task<Reply>> replies) =>
            Assert.Single(
                (await Task.WhenAll(replies))
                    .Select(r => (r.Status, r.Header("Content-Length"), Without(r), string.Join(' ', r.Headers.Select(h => h.Key))))
                    .Distinct()
            );
        await AlikeAsync(
            emails
                .Select(email => stranger.PostAsync("/v1/auth/login", new { email, password = "wrong passphrase" }))
                .Append(stranger.PostAsync("/v1/auth/login", new { email = paused.Email, password = paused.Password }))
        );
        await AlikeAsync(emails.Select(email => stranger.PostAsync("/v1/auth/forgot-password", new { email })));
        await AlikeAsync(
            emails.Select(email => stranger.PostAsync("/v1/auth/register", new { email, password = "some other passphrase" }))
        );
        await AlikeAsync(
            new[] { "made-up", MasterKey.NewToken() }.Select(token =>
                stranger.PostAsync("/v1/auth/reset-password", new { token, newPassword = "some other passphrase" })
            )
        );
    }

    [Fact]
    public async Task A_stranger_neither_guesses_behind_made_up_addresses_nor_locks_the_owner_out()
    {
        await using var own = await OwnHost.StartAsync(new DoorHost());
        var user = await own.Host.SignUpAsync();
        var stranger = new TestUser(own.Host.Url, "", "");
        var codes = new List<string?>();
        for (var i = 0; i < 20; i++)
            codes.Add(
                (
                    await stranger.PostAsync(
                        "/v1/auth/login",
                        new { email = user.Email, password = $"guess number {i}" },
                        ("X-Forwarded-For", $"203.0.113.{i}"),
                        ("Forwarded", $"for=203.0.113.{i}"),
                        ("X-Real-IP", $"203.0.113.{i}")
                    )
                ).Code
            );
        // The bucket holds ten more, and a little drips in.
        Assert.InRange(codes.Count(c => c == "invalid_credentials"), 10, 14);
        Assert.All(codes, c => Assert.Contains(c, new[] { "invalid_credentials", "rate_limited" }));
        // The owner, signed in, goes on; and from elsewhere (here behind the proxy that is trusted) the door opens.
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v1/auth/me")).Status);
        await using var behind = await OwnHost.StartAsync(new ProxiedHost { SharedDatabase = own.Host.ConnectionString });
        Assert.Equal(
            "invalid_credentials",
            (
                await new TestUser(behind.Host.Url, "", "").PostAsync(
                    "/v1/auth/login",
                    new { email = user.Email, password = user.Password }
                )
            ).Code
        );
        Assert.Equal(
            HttpStatusCode.OK,
            (
                await new TestUser(behind.Host.Url, "", "").PostAsync(
                    "/v1/auth/login",
                    new { email = user.Email, password = user.Password },
                    ("X-Forwarded-For", "198.51.100.7")
                )
            ).Status
        );
        // What stands left of the trusted hop was made up.
        Assert.Equal(
            "invalid_credentials",
            (
                await new TestUser(behind.Host.Url, "", "").PostAsync(
                    "/v1/auth/login",
                    new { email = user.Email, password = user.Password },
                    ("X-Forwarded-For", "198.51.100.8, 127.0.0.1, nonsense")
                )
            ).Code
        );
    }

    [Fact]
    public async Task Members_that_are_not_a_callers_to_set_are_refused()
    {
        var user = await _host.SignUpAsync();
        var email = $"m{Guid.NewGuid():N}@example.com";
        foreach (
            var member in new[]
            {
                "\"roles\":[\"admin\"]",
                "\"tier\":\"premium\"",
                "\"emailVerified\":true",
                "\"id\":\"0198a000-0000-7000-8000-000000000000\"",
                "\"isAdmin\":true",
                "\"passwordHash\":\"x\"",
                "\"email\":\"a@b.example\"",
            }
        )
        {
            Assert.Equal(
                HttpStatusCode.BadRequest,
                (
                    await user.PostRawAsync(
                        "/v1/auth/register",
                        $$"""{"email":"{{email}}","password":"some other passphrase",{{member}}}"""
                    )
                ).Status
            );
            Assert.Equal(
                HttpStatusCode.BadRequest,
                (
                    await user.SendAsync(
                        HttpMethod.Patch,
                        "/v1/auth/me",
                        new StringContent($$"""{"displayName":"x",{{member}}}""", Encoding.UTF8, "application/json")
                    )
                ).Status
            );
        }
        var me = (await user.GetAsync("/v1/auth/me")).Json;
        Assert.Equal(("user", "free"), (me.GetProperty("roles")[0].GetString(), me.GetProperty("tier").GetString()));
        Assert.Empty(await new TestUser(_host.Url, email, "").MailsAsync());
    }

    [Theory]
    [InlineData("victim@example.com\r\nBcc: evil@example.com")]
    [InlineData("victim@example.com\nSubject: hello")]
    [InlineData("victim@example.com, evil@example.com")]
    [InlineData("victim@example.com%0d%0aBcc:evil@example.com")]
    [InlineData("\"victim\"@example.com")]
    [InlineData("<victim@example.com>")]
    [InlineData("vіctim@example.com")] // a Cyrillic і
    [InlineData("victim@exаmple.com")] // a Cyrillic а
    [InlineData("victim@example.com\0")]
    [InlineData("victim@localhost")]
    public async Task No_address_smuggles_a_header_a_second_recipient_or_a_lookalike_into_a_mail(string email)
    {
        foreach (var path in new[] { "register", "forgot-password", "login" })
        {
            var reply = await new TestUser(_host.Url, "", "").PostAsync(
                "/v1/auth/" + path,
                path == "forgot-password" ? new { email } : new { email, password = "some other passphrase" } as object
            );
            Assert.Equal(
                (HttpStatusCode.BadRequest, true),
                (reply.Status, reply.Json.GetProperty("errors").TryGetProperty("email", out _))
            );
        }
    }

    [Fact]
    public async Task Links_lead_to_the_configured_origin_whatever_the_request_says()
    {
        var email = $"h{Guid.NewGuid():N}@example.com";
        var stranger = new TestUser(_host.Url, email, "");
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (
                await stranger.PostAsync(
                    "/v1/auth/register",
                    new
                    {
                        email,
                        password = "some other passphrase",
                        displayName = "A\r\nBcc: evil@example.com",
                    }
                )
            ).Status
        );
        (string, string)[] lies =
        [
            ("Host", "evil.example"),
            ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Proto", "gopher"),
            ("Origin", "https://evil.example"),
            ("Referer", "https://evil.example/"),
        ];
        await stranger.PostAsync("/v1/auth/register", new { email, password = "some other passphrase" }, lies);
        var registered = await stranger.LatestMailAsync();
        await stranger.PostAsync("/v1/auth/verify-email", new { token = registered.GetProperty("token").GetString() });
        await stranger.PostAsync("/v1/auth/forgot-password", new { email }, lies);
        foreach (var mail in new[] { registered, await stranger.LatestMailAsync() })
        {
            Assert.DoesNotContain("evil.example", mail.ToString());
            Assert.Contains(_host.Url.ToString().TrimEnd('/') + "/", mail.GetProperty("text").GetString());
        }
    }

    private sealed class DoorHost : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?> { ["RateLimits:Login"] = "11" };
    }

    private sealed class ProxiedHost : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?> { ["Http:TrustedProxies"] = "127.0.0.1" };
    }

    /// <summary>The token with header and payload changed and signed anew.</summary>
    private static string Forge(string token, Action<JsonObject>? header, Action<JsonObject>? payload, Func<byte[], byte[]> sign)
    {
        string Part(int index, Action<JsonObject>? change)
        {
            var part = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[index]))!.AsObject();
            change?.Invoke(part);
            return Base64UrlEncoder.Encode(part.ToJsonString());
        }
        var body = Part(0, header) + "." + Part(1, payload);
        return body + "." + Base64UrlEncoder.Encode(sign(Encoding.ASCII.GetBytes(body)));
    }

    private static JsonObject JsonWebKey(ECDsa key)
    {
        var point = key.ExportParameters(false).Q;
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64UrlEncoder.Encode(point.X),
            ["y"] = Base64UrlEncoder.Encode(point.Y),
        };
    }

    private static string Without(Reply reply) => string.Join(' ', reply.Json.EnumerateObject().Where(p => p.Name != "traceId"));
}
