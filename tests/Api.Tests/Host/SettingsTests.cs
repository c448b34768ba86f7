using System.Text.RegularExpressions;
using AgentInvest.LocalHost;

namespace AgentInvest.Api.Tests;

/// <summary>The list of known settings, compared with the sources, and what is said of names that are not in it.</summary>
public sealed partial class SettingsTests
{
    private static readonly string Sources = string.Join(
        '\n',
        Directory
            .GetFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText)
    );

    private static string[] Known =>
        [
            .. KnownSettings.ReadSettings,
            .. KnownSettings.BoundSections.SelectMany(s => s.Value.GetProperties().Select(p => $"{s.Key}:{p.Name}")),
        ];

    [Fact]
    public void Every_setting_that_the_sources_read_is_known() =>
        Assert.All(
            Read()
                .Matches(Sources)
                .Select(m => m.Groups["key"].Value)
                .Where(key => !OfOthers().IsMatch(key))
                .Concat(ConnectionString().Matches(Sources).Select(m => "ConnectionStrings:" + m.Groups["key"].Value)),
            key => Assert.True(Known.Contains(key) || key.StartsWith("Logging:", StringComparison.Ordinal), key)
        );

    [Fact]
    public void Every_section_that_the_sources_bind_is_known()
    {
        var sections = Section()
            .Matches(Sources)
            .Select(m => (Key: m.Groups["key"].Value, IsWhole: m.Groups["rest"].Value == ")"))
            .ToList();
        Assert.True(sections.Count >= 6);
        // A name that is put together, "Auth:" + Title, stands for those that begin so.
        Assert.All(
            sections,
            s =>
                Assert.Contains(
                    KnownSettings.BoundSections.Keys,
                    k => s.IsWhole ? k == s.Key : k.StartsWith(s.Key, StringComparison.Ordinal)
                )
        );
        Assert.DoesNotContain("GetSection(", Section().Replace(Sources, ""));
    }

    [Fact]
    public void A_section_is_bound_to_the_options_that_the_list_has_it_bound_to()
    {
        var bound = Bound().Matches(Sources).ToList();
        Assert.NotEmpty(bound);
        Assert.All(bound, m => Assert.Equal(m.Groups["type"].Value, KnownSettings.BoundSections[m.Groups["key"].Value].Name));
    }

    [Fact]
    public void Every_setting_that_is_read_one_by_one_is_in_the_sources() =>
        Assert.All(
            KnownSettings.ReadSettings,
            s => Assert.Matches($"\"{Regex.Escape(s)}\"|GetConnectionString\\(\"{Regex.Escape(s.Split(':')[^1])}\"\\)", Sources)
        );

    [Fact]
    public void Every_variable_of_our_own_that_the_sources_read_is_known() =>
        Assert.All(
            Variable().Matches(Sources).Select(m => m.Groups["key"].Value),
            v => Assert.True(KnownSettings.OwnVariables.Contains(v) || Known.Contains(v.Replace("__", ":", StringComparison.Ordinal)), v)
        );

    [Theory]
    [InlineData("RateLimit__Free", "RateLimits__Free")]
    [InlineData("RateLimits__Fre", "RateLimits__Free")]
    [InlineData("Market__Simulted__Seed", "Market__Simulated__Seed")]
    [InlineData("Http__TrustedProxy", "Http__TrustedProxies")]
    [InlineData("Auht__PublicOrigin", "Auth__PublicOrigin")]
    [InlineData("Cors__Origin", "Cors__Origins")]
    [InlineData("AGENTINVEST_PROT", "AGENTINVEST_PORT")]
    public void A_misspelt_setting_is_answered_with_the_nearest(string variable, string meant) =>
        Assert.Equal([$"{variable} is not a setting; did you mean {meant}?"], KnownSettings.Misspelt([variable]));

    [Theory]
    [InlineData("Auth__Nonsense")]
    [InlineData("AI__OpenAI__Whatever")]
    public void A_name_in_a_section_of_ours_that_is_near_to_none_is_named(string variable) =>
        Assert.Equal([$"{variable} is not a setting."], KnownSettings.Misspelt([variable]));

    [Theory]
    [InlineData("RateLimits__Free")]
    [InlineData("RATELIMITS__FREE")]
    [InlineData("ConnectionStrings__Redis")]
    [InlineData("Market__Replay__Path")]
    [InlineData("Auth__Passkeys__RpId")]
    [InlineData("Mail__Smtp__Host")]
    [InlineData("AGENTINVEST_HOME")]
    [InlineData("AGENTINVEST_ALERT_EMAILS")]
    [InlineData("Logging__LogLevel__Default")]
    [InlineData("Kestrel__Endpoints__Http__Url")]
    [InlineData("OTHER__SETTING")]
    [InlineData("PATH")]
    public void Settings_and_variables_of_others_are_left_alone(string variable) => Assert.Empty(KnownSettings.Misspelt([variable]));

    /// <summary>The variables that OpenTelemetry and Application Insights name.</summary>
    [GeneratedRegex("^[A-Z]+(_[A-Z]+)+$")]
    private static partial Regex OfOthers();

    [GeneratedRegex("""onfiguration\["(?<key>[^"]+)"\]|GetValue<[^>]+>\("(?<key>[A-Z][^"]*:[^"]+)"\)""")]
    private static partial Regex Read();

    [GeneratedRegex("""GetConnectionString\("(?<key>[^"]+)"\)""")]
    private static partial Regex ConnectionString();

    [GeneratedRegex("""GetSection\("(?<key>[^"]+)"(?<rest>.)""")]
    private static partial Regex Section();

    [GeneratedRegex("""AddOptions<(?<type>\w+)>\(\)\s*\.Bind\(configuration\.GetSection\("(?<key>[^"]+)"\)\)""")]
    private static partial Regex Bound();

    [GeneratedRegex("""GetEnvironmentVariable\(\s*"(?<key>[^"]+)"\)""")]
    private static partial Regex Variable();
}
