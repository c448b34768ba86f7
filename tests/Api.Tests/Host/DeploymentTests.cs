using System.Diagnostics;
using System.Net;
using Npgsql;

namespace AgentInvest.Api.Tests;

/// <summary>What the pipelines run against a deployment, against a host of our own.</summary>
public sealed class DeploymentTests(TestHost host) : IClassFixture<TestHost>
{
    [Theory]
    [InlineData("infra/smoke.mjs", "ok   has a market")]
    [InlineData("infra/contract.mjs", ", 0 against the contract")]
    public async Task A_sound_deployment_passes(string script, string says)
    {
        var (code, output) = await NodeAsync(script, host.Url.ToString().TrimEnd('/'));
        Assert.True(code == 0 && output.Contains(says, StringComparison.Ordinal), output);
    }

    [Theory]
    [InlineData("infra/smoke.mjs", "FAIL shows no book to strangers")]
    [InlineData("infra/contract.mjs", "FAIL GET /v1/portfolio: 200 without a token")]
    public async Task An_endpoint_open_to_everybody_is_reported(string script, string says)
    {
        using var open = new HttpListener();
        var url = $"http://127.0.0.1:{Ports.Free()}";
        open.Prefixes.Add(url + "/");
        open.Start();
        var answering = Task.Run(async () =>
        {
            while (true) (await open.GetContextAsync()).Response.Close();
        });
        var (code, output) = await NodeAsync(script, url, "1");
        open.Stop();
        await Task.WhenAny(answering);
        Assert.True(code == 1 && output.Contains(says, StringComparison.Ordinal), output);
    }

    [Fact]
    public async Task A_migration_that_waits_for_a_lock_gives_up()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = new NpgsqlConnectionStringBuilder(database.ConnectionString)
            {
                Options = "-c lock_timeout=500",
            }.ConnectionString,
        };
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using (var holder = await source.OpenConnectionAsync())
        {
            await using var transaction = await holder.BeginTransactionAsync();
            await using (var hold = new NpgsqlCommand("create schema core", holder)) await hold.ExecuteNonQueryAsync();
            var (code, output) = await HostProcess.RunAsync(HostProcess.NewHome(), 0, settings, "migrate");
            Assert.True(code == 1 && output.Contains("lock timeout", StringComparison.Ordinal), output);
        }
        await using var schemas = source.CreateCommand("select count(*) from pg_namespace where nspname = 'core'");
        Assert.Equal(0L, await schemas.ExecuteScalarAsync());
        Assert.Equal(0, (await HostProcess.RunAsync(HostProcess.NewHome(), 0, settings, "migrate")).ExitCode);
        Assert.Equal(1L, await schemas.ExecuteScalarAsync());
    }

    private static async Task<(int Code, string Output)> NodeAsync(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("node", arguments)
            {
                WorkingDirectory = Checkout.Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
