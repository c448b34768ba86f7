using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AgentInvest.Functions.Runtime.Durable;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AgentInvest.Api.Tests;

/// <summary>Jobs over HTTP. A lock on the ledger, which the test holds, keeps one from ending before the test has acted.</summary>
public sealed class PortfolioJobTests(RecordedHost host) : IClassFixture<RecordedHost>
{
    [Fact]
    public async Task Asking_for_the_same_analytics_at_once_starts_one_job()
    {
        var user = await host.SignUpAsync();
        await user.GetAsync("/v1/portfolio");
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.PostAsync("/v1/portfolio/analytics")));
        Assert.All(replies, r => Assert.Equal(HttpStatusCode.Accepted, r.Status));
        Assert.Single(replies.Select(r => Text(r, "instanceId")).Distinct());
    }

    [Fact]
    public async Task A_deleted_job_is_terminated_at_once()
    {
        var (user, started, transaction) = await StartBlockedAsync();
        await using var _ = transaction.Connection;
        Assert.Equal(HttpStatusCode.NoContent, (await user.SendAsync(HttpMethod.Delete, Text(started, "statusUrl"), null)).Status);
        var job = await user.GetAsync(Text(started, "statusUrl"));
        Assert.Equal(("terminated", JsonValueKind.Null), (Text(job, "status"), job.Json.GetProperty("output").ValueKind));
        await transaction.RollbackAsync();
    }

    [Fact]
    public async Task The_orchestration_of_a_deleted_job_stops()
    {
        var (user, started, transaction) = await StartBlockedAsync();
        await using var _ = transaction.Connection;
        await user.SendAsync(HttpMethod.Delete, Text(started, "statusUrl"), null);
        var client = host.Services.GetRequiredService<DurableTaskClient>();
        for (var i = 0; ; i++)
        {
            var instance = await client.GetInstanceAsync(Text(started, "instanceId"), false, CancellationToken.None);
            if (instance!.RuntimeStatus == OrchestrationRuntimeStatus.Terminated) break;
            Assert.True(i < 100, $"Not within 10 s: {instance.RuntimeStatus}");
            await Task.Delay(100);
        }
        await transaction.RollbackAsync();
        Assert.Equal("terminated", Text(await user.GetAsync(Text(started, "statusUrl")), "status"));
    }

    [Fact]
    public async Task A_failed_job_says_why_in_the_words_of_the_refusal()
    {
        var (user, started, transaction) = await StartBlockedAsync();
        await using var _ = transaction.Connection;
        var portfolio = (await user.GetAsync("/v1/portfolios")).Json.GetProperty("items")[0].GetProperty("id").GetGuid();
        await using var delete = new NpgsqlCommand("delete from portfolio.portfolios where id = $1", transaction.Connection, transaction);
        delete.Parameters.Add(new NpgsqlParameter { Value = portfolio });
        await delete.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        for (var i = 0; ; i++)
        {
            var job = await user.GetAsync(Text(started, "statusUrl"));
            if (Text(job, "status") == "failed")
            {
                Assert.Equal("There is no such thing.", Text(job, "error"));
                return;
            }
            Assert.True(i < 200, $"Not within 20 s: {job.Text}");
            await Task.Delay(100);
        }
    }

    /// <summary>A rebalancing whose plan waits for the ledger of a portfolio that nobody has read yet.</summary>
    private async Task<(TestUser User, Reply Started, NpgsqlTransaction Transaction)> StartBlockedAsync()
    {
        var user = await host.SignUpAsync();
        var targets = JsonContent.Create(new { items = new[] { new { symbol = "BETA", weight = 1 } } });
        Assert.Equal(HttpStatusCode.OK, (await user.SendAsync(HttpMethod.Put, "/v1/portfolio/targets", targets)).Status);
        var connection = new NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await BooksLockTests.ExecuteAsync(connection, "lock table portfolio.transactions in access exclusive mode");
        var started = await user.PostAsync("/v1/portfolio/rebalance", new { });
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        await BooksLockTests.WaitForALockAsync(connection);
        return (user, started, transaction);
    }

    private static string Text(Reply reply, string name) => reply.Json.GetProperty(name).GetString()!;
}
