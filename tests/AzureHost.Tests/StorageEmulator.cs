using System.Diagnostics;
using System.Net.Sockets;
using AgentInvest.AzureHost.Tests.Host;

namespace AgentInvest.AzureHost.Tests;

/// <summary>Azure's blobs, queues and tables on loopback: what a task hub is kept in.</summary>
internal sealed class StorageEmulator : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private StorageEmulator(ChildProcess process, string connectionString) => (_process, ConnectionString) = (process, connectionString);

    public string ConnectionString { get; }

    public static async Task<StorageEmulator> StartAsync()
    {
        var (blob, queue, table) = (Ports.Free(), Ports.Free(), Ports.Free());
        string[] arguments =
        [
            Path.Combine(Checkout.Root, "node_modules", "azurite", "dist", "src", "azurite.js"),
            "--blobPort", $"{blob}",
            "--queuePort", $"{queue}",
            "--tablePort", $"{table}",
            "--silent",
            "--inMemoryPersistence",
            "--skipApiVersionCheck",
            "--disableTelemetry",
        ];
        var process = await ChildProcess.StartAsync(new ProcessStartInfo("node", arguments), _ => { });
        foreach (var port in (int[])[blob, queue, table]) await AcceptsAsync(port);
        var rest = $"BlobEndpoint={UrlOf(blob)};QueueEndpoint={UrlOf(queue)};";
        return new StorageEmulator(process, Azurite.At(table) + rest);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string UrlOf(int port) => $"http://127.0.0.1:{port}/devstoreaccount1";

    private static async Task AcceptsAsync(int port)
    {
        for (var i = 0; ; i++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", port);
                return;
            }
            catch (SocketException) when (i < 600)
            {
                await Task.Delay(100);
            }
        }
    }
}
