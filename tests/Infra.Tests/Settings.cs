using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;

namespace AgentInvest.Infra.Tests;

/// <summary>A setting as the code reads it, <c>A:B</c>.</summary>
/// <param name="Alternatives">Settings of which one must be there; empty where the code has a default.</param>
internal sealed record Read(string Name, string Where, IReadOnlyList<string> Alternatives);

/// <summary>
/// Which settings the code reads. Options classes are found where a section is bound
/// (<c>AddOptions&lt;T&gt;().Bind(configuration.GetSection("A"))</c>) and their properties by reflection; single reads are
/// <c>configuration["A:B"]</c> and <c>GetConnectionString("A")</c>. A read is required when its statement throws otherwise, an option when
/// it is <c>[Required]</c> and has no default.
/// </summary>
internal static partial class Settings
{
    /// <summary>Read by nothing of ours: the Functions host, its bindings, or host.json.</summary>
    private static readonly (string Prefix, string Reader)[] Platform =
    [
        ("AzureWebJobsStorage__", "the Functions host"),
        ("APPLICATIONINSIGHTS_", "the Functions host and the worker, where telemetry goes"),
        ("AzureSignalRConnectionString__", "the SignalR binding, where the app has one"),
    ];

    /// <param name="sources">Path and text of the code that runs in Azure.</param>
    /// <param name="types">Where options classes are looked for.</param>
    public static List<Read> ReadBy(IEnumerable<(string Path, string Text)> sources, IReadOnlyCollection<Type> types)
    {
        var reads = new List<Read>();
        foreach (var (path, text) in sources)
        {
            foreach (var statement in text.Split(';'))
            {
                var names = Single()
                    .Matches(statement)
                    .Select(m => m.Groups["key"].Value)
                    .Concat(Connection().Matches(statement).Select(m => "ConnectionStrings:" + m.Groups["key"].Value))
                    .ToList();
                var required = statement.Contains("throw ", StringComparison.Ordinal) ? names : [];
                reads.AddRange(names.Select(n => new Read(n, path, required)));
            }
            foreach (Match bound in Bound().Matches(text))
            {
                var type =
                    types.SingleOrDefault(t => t.Name == bound.Groups["type"].Value)
                    ?? throw new InvalidOperationException($"{path} binds {bound.Groups["type"].Value}, which was not found.");
                reads.AddRange(
                    OptionsOf(type, bound.Groups["section"].Value).Select(o => new Read(o.Name, type.Name, o.Required ? [o.Name] : []))
                );
            }
        }
        return reads;
    }

    /// <summary>What the code requires and the deployment does not set.</summary>
    public static IEnumerable<string> Unset(
        IEnumerable<Read> reads,
        IReadOnlyDictionary<string, string> settings,
        IReadOnlyCollection<string> secrets
    )
    {
        var there = settings
            .Where(s => s.Value.Length > 0)
            .Select(s => s.Key.Replace("__", ":", StringComparison.Ordinal))
            .Concat(secrets.Select(s => s.Replace("--", ":", StringComparison.Ordinal)))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return reads
            .Where(r => r.Alternatives.Count > 0 && !r.Alternatives.Any(there.Contains))
            .Select(r => $"{string.Join(" or ", r.Alternatives)} ({r.Where}) is required and not set")
            .Distinct();
    }

    /// <summary>What the deployment sets and nothing reads.</summary>
    /// <param name="hostJson">Reads settings too, as <c>%NAME%</c> and by <c>connectionStringName</c>.</param>
    public static IEnumerable<string> Unread(
        IEnumerable<Read> reads,
        IEnumerable<string> settings,
        IEnumerable<string> secrets,
        string hostJson
    )
    {
        var read = reads.Select(r => r.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in settings.Distinct())
            if (
                !read.Contains(name.Replace("__", ":", StringComparison.Ordinal))
                && !Platform.Any(p => name.StartsWith(p.Prefix, StringComparison.Ordinal))
                && !hostJson.Contains($"%{name}%", StringComparison.Ordinal)
                && !hostJson.Contains($"\"connectionStringName\": \"{name}\"", StringComparison.Ordinal)
            )
                yield return $"the app setting {name} is read by nothing";
        foreach (var name in secrets.Where(name => !read.Contains(name.Replace("--", ":", StringComparison.Ordinal))))
            yield return $"the secret {name} is read by nothing";
    }

    private static IEnumerable<(string Name, bool Required)> OptionsOf(Type type, string section)
    {
        var defaults = Activator.CreateInstance(type);
        foreach (var p in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.CanWrite))
        {
            var name = $"{section}:{p.Name}";
            var isNested =
                p.PropertyType.IsClass && p.PropertyType != typeof(string) && !typeof(IEnumerable).IsAssignableFrom(p.PropertyType);
            if (isNested) foreach (var inner in OptionsOf(p.PropertyType, name)) yield return inner;
            else yield return (name, p.IsDefined(typeof(RequiredAttribute)) && p.GetValue(defaults) is null or "");
        }
    }

    [GeneratedRegex(@"onfiguration\s*\[\s*""(?<key>[A-Za-z0-9:]+)""\s*\]")]
    private static partial Regex Single();

    [GeneratedRegex(@"GetConnectionString\(\s*""(?<key>[A-Za-z0-9]+)""\s*\)")]
    private static partial Regex Connection();

    [GeneratedRegex(@"AddOptions<(?<type>\w+)>\(\)\s*\.Bind\(\s*\w*onfiguration\.GetSection\(\s*""(?<section>[A-Za-z0-9:]+)""\s*\)")]
    private static partial Regex Bound();
}
