using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentInvest.Testing;

/// <summary>Needs a Chromium.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Browser.Program is null) Skip = "chromium is not installed";
    }
}

/// <summary>A headless Chromium with a virtual WebAuthn authenticator, driven over the DevTools protocol.</summary>
public sealed class Browser : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private readonly string _profile;
    private int _lastId;

    private Browser(Process process, string profile) => (_process, _profile) = (process, profile);

    public static string? Program { get; } =
        new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    /// <param name="page">What to open first.</param>
    public static async Task<Browser> StartAsync(Uri page)
    {
        var profile = Directory.CreateTempSubdirectory("browser-").FullName;
        var process = Process.Start(
            new ProcessStartInfo(
                Program!,
                [
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--no-first-run",
                    "--remote-debugging-port=0",
                    $"--user-data-dir={profile}",
                    "about:blank",
                ]
            )
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }
        )!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var browser = new Browser(process, profile);
        await browser.ConnectAsync(page);
        return browser;
    }

    /// <summary>An authenticator inside the machine that has seen the person, or cannot.</summary>
    public async Task AddAuthenticatorAsync(bool verified = true)
    {
        await SendAsync("WebAuthn.enable");
        await SendAsync(
            "WebAuthn.addVirtualAuthenticator",
            new
            {
                options = new
                {
                    protocol = "ctap2",
                    transport = "internal",
                    hasResidentKey = verified,
                    hasUserVerification = verified,
                    isUserVerified = verified,
                    automaticPresenceSimulation = true,
                },
            }
        );
    }

    /// <summary>Runs a promise in the page and answers what it resolves to.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var result = await SendAsync("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true, userGesture = true });
        if (result["exceptionDetails"] is { } fault) throw new InvalidOperationException(fault.ToJsonString());
        return result["result"]!["value"]!.GetValue<string>();
    }

    public Task<string> CreatePasskeyAsync(string options) =>
        EvaluateAsync(
            $$"""
            navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON({{options}}) })
              .then(c => JSON.stringify(c.toJSON()))
            """
        );

    public Task<string> UsePasskeyAsync(string options) =>
        EvaluateAsync(
            $$"""
            navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON({{options}}) })
              .then(c => JSON.stringify(c.toJSON()))
            """
        );

    public async Task OpenAsync(Uri page)
    {
        await SendAsync("Page.navigate", new { url = page.ToString() });
        for (
            var i = 0;
            await EvaluateAsync("location.origin + ' ' + document.readyState") != page.GetLeftPart(UriPartial.Authority) + " complete";
            i++
        )
        {
            if (i == 100) throw new TimeoutException($"{page} did not open.");
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private async Task ConnectAsync(Uri page)
    {
        var portFile = Path.Combine(_profile, "DevToolsActivePort");
        for (var i = 0; !File.Exists(portFile) || File.ReadAllLines(portFile).Length < 2; i++)
        {
            if (i == 300) throw new TimeoutException("Chromium did not start.");
            await Task.Delay(100);
        }
        using var http = new HttpClient();
        var pages = JsonNode.Parse(await http.GetStringAsync($"http://127.0.0.1:{File.ReadAllLines(portFile)[0]}/json/list"))!.AsArray();
        await _socket.ConnectAsync(
            new Uri(pages.First(p => p!["type"]!.GetValue<string>() == "page")!["webSocketDebuggerUrl"]!.GetValue<string>()),
            default
        );
        await OpenAsync(page);
    }

    private async Task<JsonNode> SendAsync(string method, object? parameters = null)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var id = ++_lastId;
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    id,
                    method,
                    @params = parameters ?? new { },
                }
            ),
            WebSocketMessageType.Text,
            true,
            timeout.Token
        );
        while (true)
        {
            var message = JsonNode.Parse(await ReceiveAsync(timeout.Token))!;
            if (message["id"]?.GetValue<int>() != id) continue; // an event
            return message["error"] is { } error ? throw new InvalidOperationException(error.ToJsonString()) : message["result"]!;
        }
    }

    private async Task<string> ReceiveAsync(CancellationToken ct)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, ct);
            whole.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return Encoding.UTF8.GetString(whole.ToArray());
        }
    }
}
