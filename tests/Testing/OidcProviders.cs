using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.Tokens;

namespace AgentInvest.Testing;

/// <summary>
/// Two real OpenID providers (npm oidc-provider) on loopback, one that signs RS256 and answers by query, one that behaves as Apple does.
/// </summary>
public sealed class OidcProviders : IAsyncDisposable
{
    private readonly ECDsa _team = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _keys = Keys();
    private Process? _process;

    public string Google { get; } = $"http://127.0.0.1:{Ports.Free()}";
    public string Apple { get; } = $"http://127.0.0.1:{Ports.Free()}";

    /// <summary>The team's key, as Apple hands it out.</summary>
    public string TeamKey => _team.ExportPkcs8PrivateKeyPem();

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(
            "node",
            [Path.Combine(Checkout.Root, "tests", "Testing", "oidc-provider.mjs"), $"{new Uri(Google).Port}", $"{new Uri(Apple).Port}"]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PROVIDER_KEYS"] = _keys;
        start.Environment["APPLE_PUBLIC_KEY"] = _team.ExportSubjectPublicKeyInfoPem();
        _process = Process.Start(start)!;
        var errors = new StringBuilder();
        var ready = new TaskCompletionSource();
        _process.OutputDataReceived += (_, e) => { if (e.Data == "ready") ready.TrySetResult(); };
        _process.ErrorDataReceived += (_, e) => { lock (errors) errors.AppendLine(e.Data); };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (await Task.WhenAny(ready.Task, Task.Delay(TimeSpan.FromSeconds(60))) != ready.Task)
            throw new TimeoutException($"The providers did not start:\n{errors}");
    }

    public async Task StopAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await StopAsync();
        _team.Dispose();
    }

    private static string Keys()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var r = rsa.ExportParameters(true);
        var e = ec.ExportParameters(true);
        static string B(byte[]? bytes) => Base64UrlEncoder.Encode(bytes);
        return JsonSerializer.Serialize(
            new object[]
            {
                new
                {
                    kty = "RSA",
                    kid = "r",
                    use = "sig",
                    n = B(r.Modulus),
                    e = B(r.Exponent),
                    d = B(r.D),
                    p = B(r.P),
                    q = B(r.Q),
                    dp = B(r.DP),
                    dq = B(r.DQ),
                    qi = B(r.InverseQ),
                },
                new
                {
                    kty = "EC",
                    kid = "e",
                    use = "sig",
                    crv = "P-256",
                    x = B(e.Q.X),
                    y = B(e.Q.Y),
                    d = B(e.D),
                },
            }
        );
    }
}

/// <summary>What an answer of a page was: where it sends the browser, what its form posts.</summary>
public sealed record PageReply(HttpStatusCode Status, Uri? Location, string Text, IReadOnlyList<string> Cookies)
{
    public string? Code => Text.StartsWith('{') ? JsonDocument.Parse(Text).RootElement.GetProperty("code").GetString() : null;
}

/// <summary>A browser as far as sign-in pages need one: cookies, and redirects that are looked at one by one.</summary>
public sealed partial class CookieBrowser : IDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });

    public async Task<PageReply> GetAsync(Uri url)
    {
        using var response = await _http.GetAsync(url);
        return await ReadAsync(url, response);
    }

    public async Task<PageReply> PostAsync(Uri url, IReadOnlyDictionary<string, string> form)
    {
        using var content = new FormUrlEncodedContent(form);
        using var response = await _http.PostAsync(url, content);
        return await ReadAsync(url, response);
    }

    /// <summary>
    /// Signs in at the provider as this person, up to the address (and the form) of its answer to us, which is not followed.
    /// </summary>
    public async Task<(Uri Callback, Dictionary<string, string> Form)> SignInAsync(Uri authorization, object person)
    {
        var url = new Uri(authorization + "&login_hint=" + Base64UrlEncoder.Encode(JsonSerializer.Serialize(person)));
        for (var i = 0; i < 8; i++)
        {
            var reply = await GetAsync(url);
            if (reply.Location is null)
            {
                var action = FormAction().Match(reply.Text);
                if (!action.Success) throw new InvalidOperationException($"{url}: {reply.Status} {reply.Text}");
                return (
                    new Uri(WebUtility.HtmlDecode(action.Groups[1].Value)),
                    FormInput().Matches(reply.Text).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value))
                );
            }
            if (reply.Location.AbsolutePath.EndsWith("/callback", StringComparison.Ordinal)) return (reply.Location, []);
            url = reply.Location;
        }
        throw new InvalidOperationException("The provider went round in circles.");
    }

    public void Dispose() => _http.Dispose();

    private static async Task<PageReply> ReadAsync(Uri url, HttpResponseMessage response) =>
        new(
            response.StatusCode,
            response.Headers.Location is { } location ? new Uri(url, location) : null,
            await response.Content.ReadAsStringAsync(),
            response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.ToList() : []
        );

    [GeneratedRegex("<form[^>]*action=\"([^\"]+)\"")]
    private static partial Regex FormAction();

    [GeneratedRegex("<input[^>]*name=\"([^\"]+)\"[^>]*value=\"([^\"]*)\"")]
    private static partial Regex FormInput();
}
