namespace AgentInvest.Testing;

/// <summary>Places in the checkout that tests need.</summary>
public static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static string TestHome =>
        Environment.GetEnvironmentVariable("AGENTINVEST_TEST_HOME") is { Length: > 0 } home ? home : Path.Combine(Root, ".local", "test");

    /// <summary>The recorded data that lies beside the checkout on some machines, else null.</summary>
    public static string? Data(string folder) =>
        Path.Combine(Root, "..", "shared", "data", folder) is var path && Directory.Exists(path) ? Path.GetFullPath(path) : null;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "AgentInvest.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("Tests run inside the checkout.");
        return folder.FullName;
    }
}

/// <summary>Needs recorded data of <c>../shared/data</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute(string folder)
    {
        if (Checkout.Data(folder) is null) Skip = $"the recorded data ../shared/data/{folder} is not beside this checkout";
    }
}

/// <summary>Needs Debian's redis-server.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RedisFactAttribute : FactAttribute
{
    public RedisFactAttribute()
    {
        if (!File.Exists(RedisServer.Program)) Skip = $"{RedisServer.Program} is not installed";
    }
}

/// <summary>Needs programs that are not on every machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(params string[] programs)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (Array.Find(programs, p => !folders.Any(f => File.Exists(Path.Combine(f, p)))) is { } missing)
            Skip = $"{missing} is not installed";
    }
}
