using System.Net;
using System.Net.Http.Json;
using Npgsql;

namespace AgentInvest.Api.Tests;

/// <summary>
/// Bookings that wait for a lock the test holds: what others see of them meanwhile, and what may have changed when they come to it.
/// </summary>
public sealed class BooksLockTests(RecordedHost host) : IClassFixture<RecordedHost>
{
    private const string Transactions = "/v1/portfolio/transactions";

    [Fact]
    public async Task A_booking_is_not_in_the_books_before_its_answer_is_kept_for_a_repeat()
    {
        var user = await host.SignUpAsync();
        await using var connection = new NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "lock table core.idempotency in exclusive mode");
        var booking = user.PostAsync(
            Transactions,
            new
            {
                type = "buy",
                symbol = "BETA",
                quantity = 1,
                price = 1,
                executedAt = "2024-01-02T15:00:00Z",
            },
            ("Idempotency-Key", "late")
        );
        await WaitForALockAsync(connection);
        Assert.Empty((await user.GetAsync(Transactions)).Json.GetProperty("items").EnumerateArray());
        await transaction.RollbackAsync();
        Assert.Equal(HttpStatusCode.Created, (await booking).Status);
        Assert.Equal(1, (await user.GetAsync(Transactions)).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_rate_into_a_base_currency_that_is_none_any_more_is_not_booked()
    {
        var user = await host.SignUpAsync();
        object deposit = new { type = "deposit", amount = 10, currency = "USD", executedAt = "2024-01-02T15:00:00Z" };
        var first = (await user.PostAsync(Transactions, deposit)).Json.GetProperty("id").GetGuid();
        var portfolio = (await user.GetAsync("/v1/portfolios")).Json.GetProperty("items")[0].GetProperty("id").GetGuid();
        var booked = await WhileTheBaseCurrencyBecomesAsync("EUR", () => user.PostAsync(Transactions, deposit));
        Assert.Equal(HttpStatusCode.Created, booked.Status);
        Assert.NotEqual(1m, booked.Json.GetProperty("fxRate").GetDecimal());
        var corrected = await WhileTheBaseCurrencyBecomesAsync(
            "GBP",
            () => user.SendAsync(HttpMethod.Patch, $"{Transactions}/{first}", JsonContent.Create(new { amount = 11 }))
        );
        Assert.Equal((HttpStatusCode.Conflict, "conflict"), (corrected.Status, corrected.Code));

        async Task<Reply> WhileTheBaseCurrencyBecomesAsync(string currency, Func<Task<Reply>> call)
        {
            await using var connection = new NpgsqlConnection(host.ConnectionString);
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await ExecuteAsync(connection, $"update portfolio.portfolios set base_currency = '{currency}' where id = '{portfolio}'");
            var answer = call();
            await WaitForALockAsync(connection);
            await transaction.CommitAsync();
            return await answer;
        }
    }

    [Fact]
    public async Task What_another_host_changed_of_a_portfolio_is_seen_by_the_next_booking()
    {
        var user = await host.SignUpAsync();
        object deposit = new { type = "deposit", amount = 10, executedAt = "2024-01-02T15:00:00Z" };
        Assert.Equal("USD", (await user.PostAsync(Transactions, deposit)).Json.GetProperty("currency").GetString());
        var portfolio = (await user.GetAsync("/v1/portfolios")).Json.GetProperty("items")[0].GetProperty("id").GetGuid();
        await using var connection = new NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        foreach (var (currency, headers) in new (string, (string, string)[])[] { ("EUR", []), ("CHF", [("Idempotency-Key", "changed")]) })
        {
            await ExecuteAsync(connection, $"update portfolio.portfolios set base_currency = '{currency}' where id = '{portfolio}'");
            var booked = await user.PostAsync(Transactions, deposit, headers);
            Assert.Equal(
                (HttpStatusCode.Created, currency, 1m),
                (booked.Status, booked.Json.GetProperty("currency").GetString(), booked.Json.GetProperty("fxRate").GetDecimal())
            );
        }
        await ExecuteAsync(connection, $"delete from portfolio.portfolios where id = '{portfolio}'");
        Assert.Equal(HttpStatusCode.NotFound, (await user.PostAsync($"{Transactions}?portfolioId={portfolio}", deposit)).Status);
        Assert.Equal("USD", (await user.PostAsync(Transactions, deposit)).Json.GetProperty("currency").GetString());
        Assert.Equal(1, (await user.GetAsync(Transactions)).Json.GetProperty("items").GetArrayLength());
    }

    internal static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Until somebody waits for what this connection holds.</summary>
    internal static async Task WaitForALockAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "select exists (select from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid)))",
            connection
        );
        for (var i = 0; i < 400; i++)
        {
            if (await command.ExecuteScalarAsync() is true) return;
            await Task.Delay(25);
        }
        Assert.Fail("Nobody came to wait.");
    }
}
