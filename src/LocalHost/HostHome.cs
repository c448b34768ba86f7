using System.Globalization;

namespace AgentInvest.LocalHost;

/// <summary>Where one host keeps all its state, and the lock that makes it one.</summary>
internal sealed class HostHome : IDisposable
{
    private readonly FileStream _lock;

    private HostHome(FileStream held) => _lock = held;

    public static string Path { get; } =
        System.IO.Path.GetFullPath(
            Environment.GetEnvironmentVariable("AGENTINVEST_HOME") is { Length: > 0 } home ? home : System.IO.Path.Combine(Root, ".local")
        );

    /// <summary>The checkout: named by ./dev, else found above the program.</summary>
    public static string Root
    {
        get
        {
            if (Environment.GetEnvironmentVariable("AGENTINVEST_ROOT") is { Length: > 0 } root) return root;
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "AgentInvest.sln"))) folder = folder.Parent;
            return folder?.FullName ?? throw new StartupException("The checkout was not found above the program; set AGENTINVEST_ROOT.");
        }
    }

    private static string LockFile => System.IO.Path.Combine(Path, "host.lock");

    /// <summary>Takes the home for this process; the lock goes with the process, however it ends.</summary>
    public static HostHome Take(string url)
    {
        FileStream held;
        try
        {
            Directory.CreateDirectory(Path);
            held = new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(LockFile))
        {
            var holder = ReadHolder() is { } h ? $"process {h.Pid} on {h.Url}" : "by another process";
            throw new StartupException(
                $"AgentInvest is already running on this home ({Path}): {holder}. "
                    + "Stop it with ./dev down, or set AGENTINVEST_HOME to another folder."
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{Path} cannot be written to; set AGENTINVEST_HOME to a folder that can.");
        }
        File.WriteAllText(HolderFile, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {url}"));
        return new HostHome(held);
    }

    /// <summary>The host that holds the home, or null when none does.</summary>
    public static (int Pid, string Url)? Holder()
    {
        if (!File.Exists(LockFile)) return null;
        try
        {
            using var free = new FileStream(LockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return null;
        }
        catch (IOException)
        {
            return ReadHolder();
        }
    }

    private static string HolderFile => System.IO.Path.Combine(Path, "host.pid");

    private static (int Pid, string Url)? ReadHolder() =>
        File.Exists(HolderFile)
        && File.ReadAllText(HolderFile).Split(' ') is [var text, var url]
        && int.TryParse(text, CultureInfo.InvariantCulture, out var pid)
            ? (pid, url)
            : null;

    public void Dispose()
    {
        File.Delete(HolderFile);
        _lock.Dispose();
    }
}
