using AgentInvest.Auth;
using AgentInvest.Auth.OAuth;
using AgentInvest.Auth.Passkeys;
using AgentInvest.Core.Http;
using AgentInvest.Market;

namespace AgentInvest.LocalHost;

/// <summary>
/// Every setting there is, so that a misspelt one is named at start instead of being ignored. A test compares this with what the sources
/// read and bind.
/// </summary>
internal static class KnownSettings
{
    private const string OwnPrefix = "AGENTINVEST_";

    /// <summary>Sections that are bound to options: their settings are the options' properties.</summary>
    internal static IReadOnlyDictionary<string, Type> BoundSections { get; } =
        new Dictionary<string, Type>
        {
            ["Auth"] = typeof(AuthOptions),
            ["Auth:Apple"] = typeof(OAuthProviderOptions),
            ["Auth:Google"] = typeof(OAuthProviderOptions),
            ["Auth:Passkeys"] = typeof(PasskeyOptions),
            ["Mail:Smtp"] = typeof(SmtpOptions),
            ["Market"] = typeof(MarketOptions),
            ["RateLimits"] = typeof(RateLimitOptions),
        };

    /// <summary>Settings that are read one by one.</summary>
    internal static IReadOnlyList<string> ReadSettings { get; } =
    [
        "Audit:AnchorFile",
        "Audit:Tables",
        "Auth:AppOrigin",
        "Auth:PublicOrigin",
        "Auth:RedirectUris",
        "Azure:ClientId",
        "Azure:KeyVaultUri",
        "Azure:SignalR:AccessKey",
        "Azure:SignalR:Endpoint",
        "ConnectionStrings:Postgres",
        "ConnectionStrings:PostgresRead",
        "ConnectionStrings:Redis",
        "Cors:Origins",
        "Http:TrustedProxies",
        "Security:MasterKey",
        "Security:MasterKeyFile",
        "Security:PreviousMasterKeys",
    ];

    /// <summary>Environment variables outside the configuration: of the host, of <c>./dev</c>, of the demo and of the tests.</summary>
    internal static IReadOnlyList<string> OwnVariables { get; } =
    [
        "AGENTINVEST_ADMIN_PASSWORD",
        "AGENTINVEST_CALLER_DIR",
        "AGENTINVEST_HOME",
        "AGENTINVEST_PORT",
        "AGENTINVEST_ROOT",
        "AGENTINVEST_TEST_HOME",
        "AGENTINVEST_URL",
    ];

    /// <summary>Sections that are ours though no setting of this build is in them.</summary>
    private static readonly string[] OtherSections = ["AI"];

    private static readonly string[] All =
    [
        .. BoundSections.SelectMany(s => SettingsOf(s.Value, s.Key)).Concat(ReadSettings).Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private static readonly string[] Sections = [.. All.Select(FirstOf).Concat(OtherSections).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>A line for each environment variable that looks like a setting of ours and is none.</summary>
    public static IEnumerable<string> Misspelt(IEnumerable<string> variables) =>
        variables.Order(StringComparer.Ordinal).Select(WarningOf).OfType<string>();

    private static string? WarningOf(string variable)
    {
        if (variable.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase))
        {
            // The scripts of infra/ have variables of this prefix as well: only a near miss is named.
            var own = Nearest(variable, OwnVariables, OwnPrefix.Length);
            return own is null || own.Equals(variable, StringComparison.OrdinalIgnoreCase)
                ? null
                : $"{variable} is not a setting; did you mean {own}?";
        }
        if (!variable.Contains("__", StringComparison.Ordinal)) return null;
        var key = variable.Replace("__", ":", StringComparison.Ordinal);
        if (All.Any(s => IsOrHolds(s, key))) return null;
        var nearest = Nearest(key, All, 0)?.Replace(":", "__", StringComparison.Ordinal);
        if (nearest is not null) return $"{variable} is not a setting; did you mean {nearest}?";
        return Sections.Contains(FirstOf(key), StringComparer.OrdinalIgnoreCase) ? $"{variable} is not a setting." : null;
    }

    /// <summary>The setting itself, or an element of it where it is a list.</summary>
    private static bool IsOrHolds(string setting, string key) =>
        key.StartsWith(setting, StringComparison.OrdinalIgnoreCase) && (key.Length == setting.Length || key[setting.Length] == ':');

    private static string FirstOf(string key) => key.Split(':')[0];

    /// <summary>The nearest name with one difference in five characters at most, leaving out a prefix that they all have.</summary>
    private static string? Nearest(string name, IReadOnlyList<string> known, int prefix)
    {
        var (nearest, distance) = known.Select(k => (Name: k, Distance: Distance(name[prefix..], k[prefix..]))).MinBy(k => k.Distance);
        return distance <= Math.Max(1, (name.Length - prefix) / 5) ? nearest : null;
    }

    private static IEnumerable<string> SettingsOf(Type options, string section) =>
        options
            .GetProperties()
            .Where(p => p.CanWrite)
            .SelectMany(p =>
                p.PropertyType.IsClass && p.PropertyType.Assembly == options.Assembly
                    ? SettingsOf(p.PropertyType, $"{section}:{p.Name}")
                    : [$"{section}:{p.Name}"]
            );

    /// <summary>
    /// Characters inserted, deleted, substituted or swapped with their neighbour (optimal string alignment distance), regardless of case.
    /// </summary>
    private static int Distance(string a, string b)
    {
        (a, b) = (a.ToUpperInvariant(), b.ToUpperInvariant());
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }
                d[i, j] = Math.Min(
                    Math.Min(d[i - 1, j], d[i, j - 1]) + 1,
                    d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                );
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        return d[a.Length, b.Length];
    }
}
