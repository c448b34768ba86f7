using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.Caching.Hybrid;

namespace AgentInvest.Core.Data;

/// <summary>
/// Results that are dear to work out, kept in this process and, where Redis is configured, there too; of concurrent requests for one key a
/// single one works it out. A key names everything that the value depends on: of public data its source's version, of a user's the version
/// of what it was derived from (the ledger's, the profile's), so that no host can serve what another has changed. Money that is booked is
/// never read from here. What is kept is shared by its readers and must not be changed.
/// </summary>
[Singleton]
public sealed class Cache(HybridCache cache)
{
    private static readonly Meter Meter = new("AgentInvest.Cache");
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "requests",
        description: "Values asked for, by cache and whether it had them (hit) or they were worked out (miss)"
    );

    /// <param name="name">Of the cache, in metrics; low in cardinality.</param>
    /// <param name="key">Within the cache.</param>
    /// <param name="lifetime">From when it was worked out; for a key that names its version, a bound on the memory it takes.</param>
    public async ValueTask<T> GetAsync<T>(
        string name,
        string key,
        TimeSpan lifetime,
        Func<CancellationToken, ValueTask<T>> create,
        CancellationToken ct
    )
    {
        var isMiss = false;
        var entry = await cache.GetOrCreateAsync(
            $"{name}/{key}",
            async token =>
            {
                isMiss = true;
                return new Entry<T>(await create(token));
            },
            new HybridCacheEntryOptions { Expiration = lifetime, LocalCacheExpiration = lifetime },
            cancellationToken: ct
        );
        Requests.Add(1, new("cache", name), new("outcome", isMiss ? "miss" : "hit"));
        return entry.Value;
    }

    /// <summary>Sealed and immutable, so that HybridCache hands out the value itself instead of a copy for each reader.</summary>
    [ImmutableObject(true)]
    internal sealed record Entry<T>(T Value);
}

/// <summary>Values in Redis are JSON as stored payloads are: decimals and enums as the API writes them.</summary>
internal sealed class CacheSerializers : IHybridCacheSerializerFactory
{
    public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
    {
        serializer = new JsonCacheSerializer<T>();
        return true;
    }

    private sealed class JsonCacheSerializer<T> : IHybridCacheSerializer<T>
    {
        public T Deserialize(ReadOnlySequence<byte> source)
        {
            var reader = new Utf8JsonReader(source);
            return JsonSerializer.Deserialize<T>(ref reader, Json.Options)!;
        }

        public void Serialize(T value, IBufferWriter<byte> target)
        {
            using var writer = new Utf8JsonWriter(target);
            JsonSerializer.Serialize(writer, value, Json.Options);
        }
    }
}
