using Npgsql;

namespace AgentInvest.AzureHost.Tests;

/// <summary>Orchestrations on the official extension, their worker killed meanwhile.</summary>
[Collection(nameof(AzureEnvironment))]
public sealed class DurabilityTests(AzureEnvironment azure)
{
    [Fact]
    public async Task An_orchestration_survives_its_worker()
    {
        var user = await azure.SignUpAsync();
        Assert.True((int)(await user.BuyAsync("MSFT", 10, 100, "2026-06-01T15:00:00Z")).Status == 201);
        Reply started;
        await using (var source = NpgsqlDataSource.Create(azure.ConnectionString))
        await using (var holder = await source.OpenConnectionAsync())
        await using (var transaction = await holder.BeginTransactionAsync())
        {
            // The last activity waits here, so that the worker is sure to end in the middle of the work.
            await using (var hold = new NpgsqlCommand("lock table portfolio.analytics in share mode", holder))
                await hold.ExecuteNonQueryAsync();
            started = await user.PostAsync("/v1/portfolio/analytics");
            await using var waiting = source.CreateCommand(
                "select count(*) from pg_locks where relation = 'portfolio.analytics'::regclass and not granted"
            );
            for (var i = 0; (long)(await waiting.ExecuteScalarAsync())! == 0; i++)
            {
                Assert.True(i < 600, "The activity has not come to its lock within a minute.");
                await Task.Delay(100);
            }
            await azure.Portfolio.KillWorkerAsync();
            await transaction.RollbackAsync();
        }
        await azure.CompletedJobAsync(user, started);
    }
}
