using System.Text.Json;
using AgentInvest.Core.Data;

namespace AgentInvest.Core.Security;

/// <summary>Who is behind the request under way, as the audit names them: ids only, which stay pseudonyms when a user is erased.</summary>
public sealed record AuditContext(Guid? Actor, Guid? Session, Guid? Key, string RequestId);

/// <summary>
/// The record of every security and money event: append-only, one hash chain per stream, written in the transaction that does the deed.
/// Data holds ids, kinds and amounts; never addresses, names or secrets, because an entry outlives its user.
/// </summary>
public static class AuditLog
{
    private static readonly AsyncLocal<AuditContext?> Current = new();

    /// <summary>Set by the pipeline; null for timers and reads.</summary>
    internal static AuditContext? Context
    {
        get => Current.Value;
        set => Current.Value = value;
    }

    /// <summary>Appends an entry. The stream's head stays locked until the transaction ends, so write it last in a transaction.</summary>
    /// <param name="stream">The user it happened to; nobody else waits for their chain.</param>
    /// <param name="kind">Dotted name, led by the feature: <c>auth.login</c>, <c>portfolio.transaction</c>.</param>
    /// <param name="data">Serialised as JSON; null for none.</param>
    /// <param name="actor">Who did it where the request does not say, as at sign-in; default the request's caller.</param>
    public static Task AddAsync(
        Tx tx,
        Guid stream,
        string kind,
        object? data,
        DateTimeOffset at,
        CancellationToken ct,
        Guid? actor = null
    ) => tx.ExecuteAsync("select core.audit_add($1, $2, $3, $4::uuid, $5)", ct, stream, at, kind, actor ?? Context?.Actor, Text(data));

    /// <summary>The same with other statements in one trip, stamped with the transaction's time.</summary>
    public static void Add(Batch batch, Guid stream, string kind, object? data) =>
        batch.Add("select core.audit_add($1, now(), $2, $3::uuid, $4)", r => r.GetInt64(0), stream, kind, Context?.Actor, Text(data));

    private static string Text(object? data)
    {
        var context = Context;
        return JsonSerializer.Serialize(
            new Entry(data, context?.Session is { } session && session != Guid.Empty ? session : null, context?.Key, context?.RequestId),
            Json.Options
        );
    }

    private sealed record Entry(object? Event, Guid? Session, Guid? Key, string? RequestId);
}
