using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentInvest.Infra.Tests;

/// <summary>Needs the Bicep compiler, which is fetched for Linux on x64.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BicepFactAttribute : FactAttribute
{
    public BicepFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Skip = "the Bicep compiler is fetched for linux-x64 only";
    }
}

/// <summary>A copy of infra/bicep that tests may spoil, and the real compiler over it.</summary>
internal sealed class Bicep : IDisposable
{
    private static readonly string Compiler = typeof(Bicep)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "Bicep")
        .Value!;
    private readonly string _folder = Directory.CreateTempSubdirectory("agentinvest-bicep-").FullName;

    public Bicep()
    {
        foreach (var file in Directory.GetFiles(Source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(Source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public static string Source { get; } = Path.Combine(Checkout.Root, "infra", "bicep");

    public void Replace(string file, string old, string @new)
    {
        var path = Path.Combine(_folder, file);
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, @new, StringComparison.Ordinal));
    }

    /// <summary>What the compiler has to say of a file: nothing, when all is well.</summary>
    public string Build(string file) => Run("build", Path.Combine(_folder, file), "--stdout").Errors;

    /// <summary>A parameter file with the template it is for, and what the compiler has to say of them and of every module.</summary>
    public (JsonElement Template, string Complaints) BuildParameters(string file)
    {
        var (output, errors) = Run("build-params", Path.Combine(_folder, file), "--stdout");
        return (
            output.Length > 0
                ? JsonDocument.Parse(JsonDocument.Parse(output).RootElement.GetProperty("templateJson").GetString()!).RootElement
                : default,
            errors
        );
    }

    /// <summary>
    /// What a deployment with these parameters would create, worked out by the compiler; what only Azure knows stays an expression.
    /// </summary>
    public Deployment Predict(string environment)
    {
        var (_, errors) = Run(
            "snapshot",
            Path.Combine(_folder, $"main.{environment}.bicepparam"),
            "--mode",
            "overwrite",
            "--subscription-id",
            Guid.Empty.ToString(),
            "--tenant-id",
            Guid.Empty.ToString(),
            "--resource-group",
            "rg-agentinvest",
            "--location",
            "westeurope"
        );
        var path = Path.Combine(_folder, $"main.{environment}.snapshot.json");
        if (!File.Exists(path)) throw new InvalidOperationException(errors);
        var snapshot = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        Assert.Empty(snapshot.GetProperty("diagnostics").EnumerateArray());
        return new Deployment([.. snapshot.GetProperty("predictedResources").EnumerateArray().Select(r => new Resource(r))]);
    }

    private static (string Output, string Errors) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Compiler, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Parameter files read these; a developer's own must not change what is tested.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("AGENTINVEST_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, errors.GetAwaiter().GetResult().Trim());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>One resource as it would be deployed.</summary>
internal sealed partial record Resource(JsonElement Json)
{
    public string Type => Json.GetProperty("type").GetString()!;
    public string Id => Json.GetProperty("id").GetString()!;
    public string Name => Json.GetProperty("name").GetString()!;
    public bool Is(string type) => Type.Equals(type, StringComparison.OrdinalIgnoreCase);

    /// <summary>A value by its path, as text; null where there is none.</summary>
    public string? this[string path]
    {
        get
        {
            var at = Json;
            foreach (var step in path.Split('.'))
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at)) return null;
            return at.ValueKind == JsonValueKind.String ? at.GetString() : at.GetRawText();
        }
    }

    /// <summary>Every text within, with its path.</summary>
    public IEnumerable<(string Path, string Text)> Texts() => Texts(Json, "");

    private static IEnumerable<(string Path, string Text)> Texts(JsonElement at, string path) => at.ValueKind switch
    {
        JsonValueKind.Object => at.EnumerateObject().SelectMany(p => Texts(p.Value, $"{path}.{p.Name}".TrimStart('.'))),
        JsonValueKind.Array => at.EnumerateArray().SelectMany((e, i) => Texts(e, $"{path}[{i}]")),
        JsonValueKind.String => [(path, at.GetString()!)],
        _ => [],
    };

    /// <summary>The role's id, of a role assignment.</summary>
    public string Role => RoleId().Match(this["properties.roleDefinitionId"] ?? "").Value;

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    private static partial Regex RoleId();
}

/// <summary>Compiled once for all tests: starting the compiler is what takes time.</summary>
internal static partial class Compiled
{
    private static readonly Lazy<Deployment> DevOnce = new(() => Predict("dev", []));
    private static readonly Lazy<Deployment> ProdOnce = new(() => Predict("prod", []));
    private static readonly Lazy<Deployment> SpoiledOnce = new(() => Predict("prod", Spoils.All));

    public static Deployment Dev => DevOnce.Value;
    public static Deployment Prod => ProdOnce.Value;
    public static Deployment[] Both => [Dev, Prod];

    /// <summary>Production with everything in <see cref="Spoils"/> done to it.</summary>
    public static Deployment Spoiled => SpoiledOnce.Value;

    public static string[] ListedRoles { get; } =
    [.. Guids().Matches(File.ReadAllText(Path.Combine(Bicep.Source, "roles.bicep"))).Select(m => m.Groups[1].Value)];

    /// <summary>Secrets that a person puts into the vault.</summary>
    public static string[] OperatorSecrets { get; } =
    [
        .. Quoted()
            .Matches(
                File.ReadLines(Path.Combine(Bicep.Source, "names.bicep"))
                    .Single(l => l.StartsWith("var operatorSecrets", StringComparison.Ordinal))
            )
            .Select(m => m.Groups[1].Value),
    ];

    private static Deployment Predict(string environment, IEnumerable<(string File, string Old, string New)> changes)
    {
        using var bicep = new Bicep();
        foreach (var (file, old, @new) in changes) bicep.Replace(file, old, @new);
        return bicep.Predict(environment);
    }

    [GeneratedRegex("'([0-9a-f-]{36})'")]
    private static partial Regex Guids();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();
}

internal sealed record Deployment(IReadOnlyList<Resource> Resources)
{
    public IEnumerable<Resource> Of(string type) => Resources.Where(r => r.Is(type));

    /// <summary>The resource that an extension (a role assignment, a diagnostic setting) is attached to.</summary>
    public static string ScopeOf(Resource extension) => extension.Id[..extension.Id.LastIndexOf("/providers/", StringComparison.Ordinal)];

    /// <summary>Settings of each function app, by its short name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> AppSettings =>
        Of("Microsoft.Web/sites/config")
            .ToDictionary(
                c => c["properties.TASKHUB_NAME"]?["hub-".Length..] ?? c.Name,
                IReadOnlyDictionary<string, string> (c) =>
                    c.Json.GetProperty("properties").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!)
            );

    /// <summary>Names of secrets that the deployment puts into the vault.</summary>
    public IEnumerable<string> Secrets => Of("Microsoft.KeyVault/vaults/secrets").Select(s => s.Name.Split('/')[^1]);
}
