using System.Diagnostics;
using System.Net.Sockets;

namespace AgentInvest.Testing;

/// <summary>Needs npm azurite.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AzuriteFactAttribute : FactAttribute
{
    public AzuriteFactAttribute()
    {
        if (!File.Exists(Azurite.Program)) Skip = "npm azurite is not installed (npm install --no-save azurite@3.35.0)";
    }
}

/// <summary>Azure's tables on loopback.</summary>
public sealed class Azurite : IAsyncDisposable
{
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="; // the emulator's published key
    private readonly Process _process;
    private readonly int _port = Ports.Free();

    private Azurite() =>
        _process = Process.Start(new ProcessStartInfo("node", [Program, "--tableHost", "127.0.0.1", "--tablePort", $"{_port}", "--silent", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    public static string Program { get; } = Path.Combine(Checkout.Root, "node_modules", "azurite", "dist", "src", "table", "main.js");

    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={Key};TableEndpoint=http://127.0.0.1:{_port}/devstoreaccount1;";

    public static async Task<Azurite> StartAsync()
    {
        var azurite = new Azurite();
        for (var i = 0; ; i++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", azurite._port);
                return azurite;
            }
            catch (SocketException) when (i < 600)
            {
                await Task.Delay(100);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
