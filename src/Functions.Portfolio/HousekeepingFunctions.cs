using AgentInvest.Core.Http;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Forgets what has served its time.</summary>
public sealed class HousekeepingFunctions(Idempotency idempotency)
{
    [Function("PurgeIdempotencyKeys")]
    public Task Purge([TimerTrigger("0 15 * * * *")] TimerInfo timer, CancellationToken ct) => idempotency.PurgeAsync(ct);
}
