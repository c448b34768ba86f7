using System.Buffers;
using System.Text.Json;
using AgentInvest.Core.Data;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Http;

/// <summary>
/// The one reader of request bodies. Strict: UTF-8 JSON, no unknown or duplicate members, at most 32 levels, the size limit of the
/// endpoint. Every fault is a 400 that names the member, 413 or 415.
/// </summary>
public static class Body
{
    /// <summary>The default limit, 1 MiB.</summary>
    public const int Limit = 1 << 20;

    private static readonly string[] IsRequired = ["is required"];

    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken ct = default) where T : class
    {
        if (!request.HasJsonContentType()) throw Problems.UnsupportedMediaType("application/json");
        var bytes = await ReadBytesAsync(request, ct);
        if (bytes.Length == 0) throw Problems.Validation("", "A JSON body is required.");
        return Parse<T>(bytes);
    }

    /// <summary>Like <see cref="ReadAsync"/>, where no body at all means all defaults.</summary>
    public static async Task<T> ReadOrDefaultAsync<T>(HttpRequest request, CancellationToken ct = default) where T : class, new()
    {
        var bytes = await ReadBytesAsync(request, ct);
        if (bytes.Length == 0) return new T();
        if (!request.HasJsonContentType()) throw Problems.UnsupportedMediaType("application/json");
        return Parse<T>(bytes);
    }

    /// <summary>The raw body; 413 beyond the endpoint's limit, whether or not Content-Length said so.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, CancellationToken ct)
    {
        var limit = request.HttpContext.Features.Get<EndpointPolicy>()?.MaxBody ?? Limit;
        if (request.ContentLength > limit) throw Problems.PayloadTooLarge(limit);
        // The pipeline may have read it already, for the idempotency fingerprint.
        if (request.HttpContext.Features.Get<BufferedBody>() is { } buffered) return buffered.Bytes;
        while (true)
        {
            var result = await request.BodyReader.ReadAsync(ct);
            if (result.Buffer.Length > limit) throw Problems.PayloadTooLarge(limit);
            if (result.IsCompleted)
            {
                var bytes = result.Buffer.ToArray();
                request.BodyReader.AdvanceTo(result.Buffer.End);
                request.HttpContext.Features.Set(new BufferedBody(bytes));
                return bytes;
            }
            request.BodyReader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    public static T Parse<T>(ReadOnlyMemory<byte> json) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json.Span, Json.Strict)
                ?? throw Problems.Validation("", "The body must be a JSON object.");
        }
        catch (JsonException e)
        {
            if (Missing(e) is { Count: > 0 } missing)
            {
                var place = Field(e) is { Length: > 0 } path ? path + "." : "";
                throw Problems.Validation(missing.ToDictionary(name => place + name, _ => IsRequired));
            }
            throw Problems.Validation(Field(e), Message(e));
        }
    }

    /// <summary>"… was missing required properties including: 'a', 'b'." names the members only in the text.</summary>
    private static List<string> Missing(JsonException e)
    {
        const string Marker = "missing required properties including: ";
        var at = e.Message.IndexOf(Marker, StringComparison.Ordinal);
        return at < 0 ? [] : [.. e.Message[(at + Marker.Length)..].Split('\'').Where((_, i) => i % 2 == 1)];
    }

    /// <summary><c>$.items[2].price</c> → <c>items[2].price</c>.</summary>
    private static string Field(JsonException e)
    {
        var path = e.Path ?? "";
        path = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path.TrimStart('$');
        if (Unmapped(e) is not { } member || path == member || path.EndsWith("." + member, StringComparison.Ordinal)) return path;
        return path.Length == 0 ? member : path + "." + member;
    }

    private static string? Unmapped(JsonException e)
    {
        // "The JSON property 'x' could not be mapped …" and "Duplicate property 'x' …" name the member only in the text.
        var at = e.Message.IndexOf("property '", StringComparison.Ordinal);
        if (at < 0) return null;
        at += "property '".Length;
        var end = e.Message.IndexOf('\'', at);
        return end < 0 ? null : e.Message[at..end];
    }

    private static string Message(JsonException e)
    {
        var text = e.Message;
        if (text.Contains("could not be mapped", StringComparison.Ordinal)) return "is not a member of this request";
        if (text.StartsWith("Duplicate property", StringComparison.Ordinal)) return "is given more than once";
        if (text.Contains("maximum configured depth", StringComparison.Ordinal))
            return "The body is nested too deeply (32 levels at most).";
        if (
            text.StartsWith("must ", StringComparison.Ordinal)
            || text.StartsWith("has ", StringComparison.Ordinal)
            || text.StartsWith("is ", StringComparison.Ordinal)
        )
            return text.Split(" Path:")[0];
        if (text.Contains("allow null values", StringComparison.Ordinal)) return "must not be null";
        return text.Contains("could not be converted", StringComparison.Ordinal) ? "has the wrong type" : "The body is not valid JSON.";
    }
}

/// <summary>A body read once for more than one reader.</summary>
public sealed record BufferedBody(ReadOnlyMemory<byte> Bytes);
