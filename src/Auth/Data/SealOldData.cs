using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AgentInvest.Auth.Data;

/// <summary>
/// Seals, as soon as PostgreSQL answers, what builds before migration 0007 left readable. It does not hold up the start: a request for a
/// user that comes before does the same first, or is refused with 503 while PostgreSQL is away.
/// </summary>
internal sealed partial class SealOldData(Users users, TimeProvider time, ILogger<SealOldData> log) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await users.EnsureSealedAsync(stoppingToken);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or ProblemException)
            {
                Log.Waiting(log, e.Message);
                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "PostgreSQL does not answer; old data is sealed when it does: {Reason}")]
        public static partial void Waiting(ILogger log, string reason);
    }
}
