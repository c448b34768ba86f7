using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace AgentInvest.LocalHost.Postgres;

/// <summary>
/// A real PostgreSQL under a folder of ours: initialised once, started on a loopback port with a password, in a session of its own so that
/// Ctrl-C reaches the host first. One left running by a killed host is adopted.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string User = "agentinvest";
    private readonly PostgresBinaries _binaries;
    private readonly string _data;

    private EmbeddedPostgres(PostgresBinaries binaries, string data, string connectionString, bool adopted)
    {
        _binaries = binaries;
        _data = data;
        ConnectionString = connectionString;
        Adopted = adopted;
    }

    /// <summary>For the database <c>agentinvest</c>, as the server's owner.</summary>
    public string ConnectionString { get; }

    /// <summary>It was running already.</summary>
    public bool Adopted { get; }

    /// <param name="root">The checkout, where npm has installed the binaries.</param>
    /// <param name="home">The folder of all state; the server's is below it.</param>
    /// <exception cref="StartupException">Not installed, no space, another version's data, …</exception>
    public static async Task<EmbeddedPostgres> StartAsync(string root, string home, CancellationToken ct = default)
    {
        Directory.CreateDirectory(home);
        await using var turn = await TakeTurnAsync(Path.Combine(home, "postgres.lock"), ct);
        var password = await PasswordAsync(Path.Combine(home, "postgres.password"), ct);
        // The files of a server that runs are its user's already, and come and go while they are listed.
        var isRunning = Running(home) is not null;
        var (binaries, folder) = await PostgresBinaries.Find(root).WithinReachAsync(Path.Combine(home, "postgres"), !isRunning, ct);
        var data = Path.Combine(folder, "data");
        if (!Directory.Exists(data))
        {
            var started = Stopwatch.GetTimestamp();
            await Console.Error.WriteLineAsync("Creating the database …");
            await InitialiseAsync(binaries, folder, data, password, ct);
            await Console.Error.WriteLineAsync($"Creating the database … {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        }
        RefuseOtherVersion(binaries, data);

        if (RunningPort(data) is { } running && await AnswersAsync(ConnectionTo(running, password), ct))
            return new EmbeddedPostgres(binaries, data, ConnectionTo(running, password), adopted: true);

        var port = FreePort();
        var server = new EmbeddedPostgres(binaries, data, ConnectionTo(port, password), adopted: false);
        try
        {
            ct.ThrowIfCancellationRequested();
            // Not to be cancelled: a pg_ctl that is left alone goes on and starts a server that nobody stops.
            await binaries.RunAsync(
                "pg_ctl",
                ["start", "-D", data, "-l", Path.Combine(folder, "server.log"), "-w", "-t", "60", "-s", "-o", $"-p {port}"],
                CancellationToken.None
            );
            await server.EnsureDatabaseAsync(ct);
            return server;
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server that runs on a home, or null.</summary>
    public static (int Pid, int Port)? Running(string home)
    {
        var folder = Path.Combine(home, "postgres");
        var moved = Path.Combine(folder, "MOVED");
        var data = Path.Combine(File.Exists(moved) ? File.ReadAllText(moved).Trim().Split(' ')[^1] : folder, "data");
        return RunningPort(data) is { } port
            && int.TryParse(File.ReadLines(Path.Combine(data, "postmaster.pid")).First(), CultureInfo.InvariantCulture, out var pid)
            && Process.GetProcesses().Any(p => p.Id == pid)
                ? (pid, port)
                : null;
    }

    /// <summary>Stops the server of a home whose host is gone; answers whether there was one.</summary>
    public static async Task<bool> StopLeftOverAsync(string root, string home, CancellationToken ct = default)
    {
        if (!Directory.Exists(Path.Combine(home, "postgres"))) return false;
        var (binaries, folder) = await PostgresBinaries.Find(root).WithinReachAsync(Path.Combine(home, "postgres"), own: false, ct);
        var data = Path.Combine(folder, "data");
        if (!File.Exists(Path.Combine(data, "postmaster.pid"))) return false;
        await binaries.RunAsync("pg_ctl", ["stop", "-D", data, "-m", "fast", "-w", "-t", "60", "-s"], ct);
        return true;
    }

    /// <summary>A fast shutdown: open transactions are rolled back, everything committed is on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (File.Exists(Path.Combine(_data, "postmaster.pid")))
            await _binaries.RunAsync("pg_ctl", ["stop", "-D", _data, "-m", "fast", "-w", "-t", "60", "-s"], CancellationToken.None);
    }

    /// <summary>Two hosts of one home, or two test processes, must not initialise or start the same server at once.</summary>
    private static async Task<FileStream> TakeTurnAsync(string path, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(50, ct);
            }
        }
    }

    private static async Task<string> PasswordAsync(string path, CancellationToken ct)
    {
        if (File.Exists(path)) return (await File.ReadAllTextAsync(path, ct)).Trim();
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await WritePrivateAsync(path, password, ct);
        return password;
    }

    private static async Task WritePrivateAsync(string path, string text, CancellationToken ct)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await file.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), ct);
    }

    /// <summary>Into a folder beside the final one, renamed when whole: a start that is interrupted leaves nothing half made.</summary>
    private static async Task InitialiseAsync(PostgresBinaries binaries, string folder, string data, string password, CancellationToken ct)
    {
        var fresh = Path.Combine(folder, "data.new");
        if (Directory.Exists(fresh)) Directory.Delete(fresh, recursive: true);
        var passwordFile = Path.Combine(folder, "password.new");
        await WritePrivateAsync(passwordFile, password, ct);
        await binaries.OwnAsync(passwordFile, ct);
        try
        {
            await binaries.RunAsync("initdb", ["-D", fresh, "-U", User, "--pwfile", passwordFile, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"], ct);
        }
        finally
        {
            File.Delete(passwordFile);
        }
        await File.AppendAllTextAsync(Path.Combine(fresh, "postgresql.conf"), """

            # Set by AgentInvest
            listen_addresses = '127.0.0.1'
            unix_socket_directories = ''
            max_connections = 200
            shared_buffers = 128MB
            wal_compression = on
            log_min_messages = warning

            """, ct);
        Directory.Move(fresh, data);
    }

    private static void RefuseOtherVersion(PostgresBinaries binaries, string data)
    {
        var version = File.ReadAllText(Path.Combine(data, "PG_VERSION")).Trim();
        if (version != binaries.Version)
            throw new StartupException(
                $"{data} is of PostgreSQL {version}, this build brings {binaries.Version}: check out the build that wrote it, "
                    + "export with pg_dump, ./dev reset, and import with psql."
            );
    }

    /// <summary>The port a running (or killed) server has noted, or null.</summary>
    private static int? RunningPort(string data)
    {
        var file = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(file)) return null;
        var lines = File.ReadAllLines(file);
        return lines.Length > 3 && int.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
    }

    private static async Task<bool> AnswersAsync(string connectionString, CancellationToken ct)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task EnsureDatabaseAsync(CancellationToken ct)
    {
        var builder = new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync(ct);
        await using var exists = new NpgsqlCommand("select exists (select from pg_database where datname = 'agentinvest')", connection);
        if ((bool)(await exists.ExecuteScalarAsync(ct))!) return;
        await using var create = new NpgsqlCommand("create database agentinvest", connection);
        await create.ExecuteNonQueryAsync(ct);
    }

    private static string ConnectionTo(int port, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1", Port = port, Username = User, Password = password, Database = "agentinvest", Timeout = 5,
    }.ConnectionString;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
