using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AgentInvest.Functions.Runtime;
using Microsoft.AspNetCore.Authorization;

namespace AgentInvest.Api.Tests;

/// <summary>The layout of docs/architecture.md, held to.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = [],
        ["Finance"] = [],
        ["Functions.Runtime"] = [],
        ["Auth"] = ["Core"],
        ["Market"] = ["Core", "Finance"],
        ["Portfolio"] = ["Core", "Finance", "Market"],
        ["AI"] = ["Core", "Finance", "Market", "Portfolio"],
        ["Cloud"] = ["Core", "Market"],
        ["Functions.Auth"] = ["Auth", "Core", "Functions.Runtime"],
        ["Functions.Market"] = ["Market", "Core", "Functions.Runtime"],
        ["Functions.Portfolio"] = ["Portfolio", "Core", "Functions.Runtime"],
        ["Functions.AI"] = ["AI", "Core", "Functions.Runtime"],
        ["LocalHost"] = ["Functions.AI", "Functions.Auth", "Functions.Market", "Functions.Portfolio", "Functions.Runtime"],
    };

    [Fact]
    public void Projects_reference_only_what_the_layout_allows()
    {
        var projects = Directory
            .GetFiles(Path.Combine(Checkout.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(IsOurs)
            .ToList();
        Assert.Equal(Allowed.Keys.Order(), projects.Select(p => Path.GetFileNameWithoutExtension(p)).Order());
        foreach (var project in projects)
        {
            var references = XDocument
                .Load(project)
                .Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
            Assert.All(references, r => Assert.Contains(r, Allowed[Path.GetFileNameWithoutExtension(project)]));
        }
    }

    [Fact]
    public void Features_reference_no_Functions_package()
    {
        foreach (var project in new[] { "Core", "Finance", "Auth", "Market", "Portfolio", "AI" })
            Assert.DoesNotContain(
                Sources(project),
                f =>
                    File.ReadAllText(f).Contains("Functions.Runtime", StringComparison.Ordinal)
                    || File.ReadAllText(f).Contains("Microsoft.Azure.Functions", StringComparison.Ordinal)
            );
    }

    [Fact]
    public void Function_code_is_the_same_for_both_runtimes()
    {
        foreach (var project in new[] { "Functions.Auth", "Functions.Market", "Functions.Portfolio", "Functions.AI" })
            Assert.DoesNotContain(
                Sources(project),
                f =>
                    File.ReadAllText(f) is var text
                    && (
                        text.Contains("#if", StringComparison.Ordinal)
                        || text.Contains("Functions.Runtime", StringComparison.Ordinal)
                        || text.Contains("using Microsoft.Azure", StringComparison.Ordinal)
                    )
            );
    }

    [Fact]
    public void Without_a_sign_in_only_these_functions_answer()
    {
        Assembly[] apps =
        [
            typeof(Functions.Auth.AuthFunctions).Assembly,
            typeof(Functions.Market.MarketFunctions).Assembly,
            typeof(Functions.Portfolio.PortfolioFunctions).Assembly,
            typeof(Functions.AI.AnalysisFunctions).Assembly,
        ];
        var anonymous = apps.SelectMany(a => a.GetTypes())
            .SelectMany(t => t.GetMethods())
            .Where(m =>
                m.GetCustomAttribute<FunctionAttribute>() is not null
                && m.GetParameters().Any(p => p.IsDefined(typeof(HttpTriggerAttribute)))
            )
            .Where(m => m.IsDefined(typeof(AllowAnonymousAttribute)) || m.DeclaringType!.IsDefined(typeof(AllowAnonymousAttribute)))
            .Select(m => m.GetCustomAttribute<FunctionAttribute>()!.Name)
            .Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "ConfirmEmailChange",
                "ExchangeOAuthCode",
                "FinishOAuth",
                "ForgotPassword",
                "GetChart",
                "GetDividends",
                "GetFxRate",
                "GetGainers",
                "GetHistory",
                "GetIndicators",
                "GetIndices",
                "GetLosers",
                "GetPatterns",
                "GetQuote",
                "GetQuotes",
                "GetShared",
                "GetSplits",
                "GetTrending",
                "HealthLive",
                "HealthReady",
                "Jwks",
                "LinkOAuth",
                "ListIndicators",
                "Login",
                "Logout",
                "PasskeyLogin",
                "PasskeyLoginOptions",
                "Refresh",
                "Register",
                "ResendVerification",
                "ResetPassword",
                "SearchInstruments",
                "StartOAuth",
                "VerifyEmail",
                "VerifyMfa",
            ],
            anonymous
        );
    }

    [Fact]
    public void Lines_stay_within_140_columns()
    {
        var tooLong = new[] { "src", "tests", "bench", "build" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Checkout.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(IsOurs)
            .SelectMany(file => File.ReadLines(file).Select((line, i) => (Place: $"{file}:{i + 1}", line.Length)))
            .Where(line => line.Length > 140)
            .Select(line => line.Place);
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Time_comes_from_a_TimeProvider()
    {
        foreach (var file in Allowed.Keys.SelectMany(Sources)) Assert.DoesNotMatch(Clock(), File.ReadAllText(file));
    }

    [Fact]
    public void Money_is_no_double()
    {
        // Finance computes statistics of amounts and the simulated market makes them up, which is what double is for.
        foreach (var file in new[] { "Core", "Portfolio", "Functions.Portfolio" }.SelectMany(Sources))
            Assert.DoesNotMatch(DoubleMoney(), File.ReadAllText(file));
    }

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now\b|\bDateTime\.Today\b")]
    private static partial Regex Clock();

    [GeneratedRegex(@"\bdouble\??\s+(price|amount|cost|fee|tax|cash|quantity|proceeds)\b", RegexOptions.IgnoreCase)]
    private static partial Regex DoubleMoney();

    private static IEnumerable<string> Sources(string project) =>
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src", project), "*.cs", SearchOption.AllDirectories).Where(IsOurs);

    private static bool IsOurs(string file) =>
        !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal);
}
