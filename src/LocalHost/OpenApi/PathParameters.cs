using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing.Patterns;

namespace AgentInvest.LocalHost.OpenApi;

/// <summary>Routes as the document shows them, and the parameters in them.</summary>
internal static partial class PathParameters
{
    /// <summary>
    /// The path without constraints. A parameter that can only be one word is that word: <c>{area:regex(^admin$)}/users</c> →
    /// <c>admin/users</c>, which is how the Functions host is made to serve a path it keeps for itself.
    /// </summary>
    public static (string Path, IReadOnlyList<string> Names) Of(RoutePattern route)
    {
        var names = new List<string>();
        string Text(RoutePatternPart part)
        {
            if (part is RoutePatternLiteralPart literal)
                return literal.Content;
            if (part is RoutePatternSeparatorPart separator)
                return separator.Content;
            var parameter = (RoutePatternParameterPart)part;
            if (parameter.ParameterPolicies.Select(p => OnlyWord().Match(p.Content ?? "")).FirstOrDefault(m => m.Success) is { } word)
                return word.Groups[1].Value;
            names.Add(parameter.Name);
            return $"{{{parameter.Name}}}";
        }
        var path = string.Concat(route.PathSegments.Select(s => "/" + string.Concat(s.Parts.Select(Text))));
        return (path, names);
    }

    public static JsonObject Write(string name, string path)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (name == "id")
            schema["format"] = "uuid";
        if (name == "provider")
            schema["enum"] = new JsonArray("google", "apple");
        var isOwn = path.Contains("/instruments/", StringComparison.Ordinal);
        var (description, example) = name switch
        {
            "symbol" when isOwn => ("An instrument of the caller's own; its symbol starts with `@`.", "@HOUSE"),
            "symbol" => ("A symbol, in upper or lower case.", "AAPL"),
            "symbols" => ("Symbols separated by commas, at most 100.", "AAPL,MSFT"),
            "pair" => ("Two ISO 4217 currencies: `EURUSD` is dollars per euro.", "EURUSD"),
            "provider" => ("Who vouches for the user.", "google"),
            "instanceId" => ("As the answer that started the job names it.", null),
            "token" => ("As it is in the link.", null),
            _ => ((string?)null, (string?)null),
        };
        var parameter = OperationWriter.Parameter("path", name, description, true, schema);
        if (example is not null)
            parameter["example"] = example;
        return parameter;
    }

    [GeneratedRegex(@"^regex\(\^([\w.-]+)\$\)$")]
    private static partial Regex OnlyWord();
}
