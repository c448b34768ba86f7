using System.Diagnostics;
using System.Text.RegularExpressions;

namespace AgentInvest.Infra.Tests;

/// <summary>.github/workflows: linted by actionlint, and held to what a linter does not know.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string[] Files = Directory.GetFiles(Path.Combine(Checkout.Root, ".github", "workflows"), "*.yml");

    [Fact]
    public void Workflows_pass_actionlint()
    {
        Assert.NotEmpty(Files);
        Assert.Equal("", Lint(Files));
    }

    [Fact]
    public void Actionlint_notices_an_injection_and_a_job_that_waits_for_none()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("agentinvest-workflow-").FullName, "x.yml");
        File.WriteAllText(
            file,
            """
            on: pull_request
            jobs:
              a:
                needs: b
                runs-on: ubuntu-latest
                steps:
                  - run: echo ${{ github.event.pull_request.title }}

            """
        );
        var complaints = Lint([file]);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        Assert.Contains("potentially untrusted", complaints, StringComparison.Ordinal);
        Assert.Contains("needs job \"b\"", complaints, StringComparison.Ordinal);
    }

    [Fact]
    public void Workflows_keep_to_the_rules() => Assert.All(Files, f => Assert.Empty(Complaints(File.ReadAllText(f))));

    [Theory]
    [InlineData("on: pull_request_target", "pull_request_target runs strangers' code with our rights")]
    [InlineData("env: { KEY: '${{ secrets.AZURE_CREDENTIALS }}' }", "a stored secret: identities are federated")]
    [InlineData("permissions: write-all", "more rights than it needs")]
    [InlineData("      - uses: actions/checkout@main", "actions/checkout@main moves")]
    [InlineData("      - uses: somebody/action@v1", "somebody/action@v1 is of a publisher we do not know")]
    [InlineData("    runs-on: ubuntu-latest\n    steps: []", "a job without timeout-minutes")]
    public void A_workflow_that_breaks_a_rule_is_noticed(string line, string complaint) =>
        Assert.Contains(complaint, Complaints("permissions:\n  contents: read\n" + line));

    [Fact]
    public void Code_goes_out_after_its_migrations_to_production_after_staging_and_back_when_the_smoke_tests_fail()
    {
        var environment = Read("deploy-environment.yml");
        var steps = StepNames().Matches(environment).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(
            [
                "Infrastructure",
                "Migrations",
                "Roles of the apps in the database",
                "Code",
                "Smoke tests",
                "Integration tests",
                "Back to the last good packages",
            ],
            steps
        );
        // Whatever of the new code fails, half of the apps deployed or none: the old comes back, signed in anew.
        Assert.Equal(
            2,
            Regex.Count(
                environment,
                Regex.Escape(
                    "if: failure() && (steps.code.outcome == 'failure' || steps.smoke.outcome == 'failure' "
                        + "|| steps.contract.outcome == 'failure')"
                )
            )
        );
        Assert.Contains("lock_timeout=5000", environment, StringComparison.Ordinal);
        Assert.Contains("id-token: write", environment, StringComparison.Ordinal);
        var deploy = Read("deploy.yml");
        Assert.Matches("checks:\\s+uses: ./.github/workflows/ci.yml", deploy);
        Assert.Matches("package:\\s+needs: checks", deploy);
        Assert.Matches("staging:\\s+needs: package", deploy);
        Assert.Matches("production:\\s+needs: staging", deploy);
        Assert.Contains("contract: true", deploy, StringComparison.Ordinal);
        Assert.Contains("cancel-in-progress: false", deploy, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_script_a_workflow_calls_exists()
    {
        var scripts = Scripts().Matches(string.Concat(Files.Select(File.ReadAllText))).Select(m => m.Value).Distinct().ToList();
        Assert.Contains("build/package-apps.sh", scripts);
        Assert.All(scripts, s => Assert.True(File.Exists(Path.Combine(Checkout.Root, s)), s));
    }

    private static string Read(string name) => File.ReadAllText(Files.Single(f => Path.GetFileName(f) == name));

    private static IEnumerable<string> Complaints(string text)
    {
        if (text.Contains("pull_request_target", StringComparison.Ordinal))
            yield return "pull_request_target runs strangers' code with our rights";
        if (text.Contains("secrets.", StringComparison.Ordinal)) yield return "a stored secret: identities are federated";
        if (
            !text.Contains("\npermissions:\n  contents: read\n", StringComparison.Ordinal)
                && !text.StartsWith("permissions:\n  contents: read\n", StringComparison.Ordinal)
            || text.Contains("write-all", StringComparison.Ordinal)
        )
            yield return "more rights than it needs";
        foreach (Match use in Uses().Matches(text))
        {
            var (name, version) = (use.Groups[1].Value, use.Groups[2].Value);
            if (!Version().IsMatch(version)) yield return $"{name}@{version} moves";
            if (name.Split('/')[0] is not ("actions" or "azure" or "github"))
                yield return $"{name}@{version} is of a publisher we do not know";
        }
        foreach (Match job in Jobs().Matches(text).Where(j => !j.Value.Contains("timeout-minutes:", StringComparison.Ordinal)))
            yield return "a job without timeout-minutes";
    }

    private static string Lint(string[] files)
    {
        using var process = Process.Start(
            new ProcessStartInfo("node", ["build/lint-workflows.cjs", .. files])
            {
                WorkingDirectory = Checkout.Root,
                RedirectStandardOutput = true,
            }
        )!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(output.Length == 0 ? 0 : 1, process.ExitCode);
        return output;
    }

    [GeneratedRegex(@"^\s+- name: (.+)$", RegexOptions.Multiline)]
    private static partial Regex StepNames();

    [GeneratedRegex(@"uses: ([\w-]+/[\w/-]+)@(\S+)")]
    private static partial Regex Uses();

    // A major tag of a publisher we know, kept current by Dependabot, or a commit.
    [GeneratedRegex("^(v[0-9]+|[0-9a-f]{40})$")]
    private static partial Regex Version();

    [GeneratedRegex(@"runs-on:.*\n(?:.*\n)*?\s+steps:")]
    private static partial Regex Jobs();

    [GeneratedRegex(@"\b(build|infra)/[\w/-]+\.(sh|mjs|cjs|sql)\b")]
    private static partial Regex Scripts();
}
