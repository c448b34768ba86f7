using StackExchange.Redis;

namespace AgentInvest.Core.Data;

/// <summary>
/// Commands to Redis, each given a second. After one that failed, none is sent until Redis answers a ping that is sent once a second in the
/// background: a Redis that is away, or stands still, costs the requests of one moment a second and later ones nothing.
/// </summary>
public sealed class RedisBreaker(IConnectionMultiplexer redis, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(1);
    private int _isOpen;

    /// <summary>Not ok, and the default value, where Redis did not answer or was not asked.</summary>
    internal async ValueTask<(bool Ok, T? Value)> TryAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken ct = default)
    {
        if (Volatile.Read(ref _isOpen) == 1) return default;
        try
        {
            return (true, await command(redis.GetDatabase()).WaitAsync(Timeout, ct));
        }
        catch (Exception e) when (IsAway(e))
        {
            if (Interlocked.Exchange(ref _isOpen, 1) == 0) _ = CloseWhenBackAsync();
            return default;
        }
    }

    private async Task CloseWhenBackAsync()
    {
        while (true)
        {
            await Task.Delay(PingInterval, time);
            try
            {
                await redis.GetDatabase().PingAsync().WaitAsync(Timeout);
                Volatile.Write(ref _isOpen, 0);
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception e) when (IsAway(e))
            {
                // Asked again in a second.
            }
        }
    }

    private static bool IsAway(Exception e) => e is RedisException or TimeoutException or ObjectDisposedException;
}
