using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AgentInvest.AzureHost.Tests.Host;

/// <summary>A function as its worker describes it.</summary>
/// <param name="Id">By which host and worker name it to each other.</param>
/// <param name="Metadata">What the host sends to have it loaded.</param>
/// <param name="Bindings">As function.json has them.</param>
public sealed partial record Function(string Id, string Name, JsonObject Metadata, IReadOnlyList<JsonObject> Bindings)
{
    public JsonObject Trigger => Bindings.First(b => TypeOf(b).EndsWith("Trigger", StringComparison.OrdinalIgnoreCase));

    public string Route => (string?)Binding("httpTrigger")!["route"] ?? Name;

    /// <param name="result">An item of the worker's answer to the question which functions it has.</param>
    /// <param name="folder">Of the packed app.</param>
    public static Function Of(JsonObject result, string folder)
    {
        var bindings = result["rawBindings"]!.AsArray().Select(b => JsonNode.Parse((string)b!)!.AsObject()).ToList();
        var byName = new JsonObject();
        foreach (var binding in bindings)
            byName[(string)binding["name"]!] = new JsonObject
            {
                ["type"] = TypeOf(binding),
                ["direction"] = ((string)binding["direction"]!).ToLowerInvariant(),
            };
        var name = (string)result["name"]!;
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["entryPoint"] = (string)result["entryPoint"]!,
            ["scriptFile"] = (string)result["scriptFile"]!,
            ["directory"] = folder,
            ["bindings"] = byName,
        };
        return new Function(Guid.NewGuid().ToString(), name, metadata, bindings);
    }

    public JsonObject? Binding(string type) =>
        Bindings.FirstOrDefault(b => string.Equals(TypeOf(b), type, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Why the Functions host would leave it out, as its ScriptHost and Utility.ValidateName do; null where it would not.
    /// </summary>
    public string? Refusal()
    {
        if (!ValidName().IsMatch(Name)) return "The function name is invalid.";
        var triggers = Bindings.Count(b => TypeOf(b).EndsWith("Trigger", StringComparison.OrdinalIgnoreCase));
        if (triggers != 1) return $"It has {triggers} triggers.";
        if (Binding("httpTrigger") is null) return null;
        var route = Route.TrimStart('/');
        var conflicts =
            route.StartsWith("admin", StringComparison.OrdinalIgnoreCase)
            || route.StartsWith("runtime", StringComparison.OrdinalIgnoreCase);
        return conflicts ? "The specified route conflicts with one or more built in routes." : null;
    }

    private static string TypeOf(JsonObject binding) => (string)binding["type"]!;

    [GeneratedRegex("^(?!host$)[a-z][a-z0-9_-]{0,127}$", RegexOptions.IgnoreCase)]
    private static partial Regex ValidName();
}
