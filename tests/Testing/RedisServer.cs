using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AgentInvest.Testing;

/// <summary>A real Redis on an ephemeral loopback port, without persistence.</summary>
public sealed class RedisServer : IDisposable
{
    public const string Program = "/usr/bin/redis-server";
    private Process? _process;

    public RedisServer()
    {
        Port = Ports.Free();
        Start();
    }

    public int Port { get; }

    public string ConnectionString => $"127.0.0.1:{Port}";

    public void Start()
    {
        _process = Process.Start(
            new ProcessStartInfo(Program, ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            {
                RedirectStandardOutput = true,
            }
        )!;
        _process.BeginOutputReadLine();
        for (var i = 0; i < 100; i++)
        {
            using var client = new TcpClient();
            try
            {
                client.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(50);
            }
        }
        throw new TimeoutException("redis-server did not answer.");
    }

    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public void Dispose() => Kill();
}

public static class Ports
{
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
