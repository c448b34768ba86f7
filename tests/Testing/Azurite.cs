using System.Diagnostics;
using System.Net.Sockets;

namespace AgentInvest.Testing;

/// <summary>Needs npm azurite.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AzuriteFactAttribute : FactAttribute
{
    public AzuriteFactAttribute()
    {
        if (!File.Exists(Azurite.Program)) Skip = "npm azurite is not installed (npm ci --ignore-scripts)";
    }
}

/// <summary>Azure's tables on loopback.</summary>
public sealed class Azurite : IAsyncDisposable
{
    /// <summary>The emulator's published key.</summary>
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly Process _process;
    private readonly int _port;

    private Azurite(int port)
    {
        _port = port;
        _process = Process.Start(
            new ProcessStartInfo(
                "node",
                [
                    Program,
                    "--tableHost",
                    "127.0.0.1",
                    "--tablePort",
                    $"{port}",
                    "--silent",
                    "--inMemoryPersistence",
                    "--skipApiVersionCheck",
                    "--disableTelemetry",
                ]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
    }

    public static string Program { get; } = Path.Combine(Checkout.Root, "node_modules", "azurite", "dist", "src", "table", "main.js");

    public string ConnectionString => At(_port);

    public static string At(int port) =>
        $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={Key};"
        + $"TableEndpoint=http://127.0.0.1:{port}/devstoreaccount1;";

    /// <param name="port">0 for a free one.</param>
    public static async Task<Azurite> StartAsync(int port = 0)
    {
        var azurite = new Azurite(port == 0 ? Ports.Free() : port);
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
