using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Http;

/// <summary>One page of a list, <c>{"items":[…],"nextCursor":null|"…"}</c>.</summary>
public sealed record ListPage<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary><c>?limit=</c> (1–200, default 50) and <c>?cursor=</c>, an opaque text made by <see cref="Encode"/>.</summary>
public sealed record PageRequest(int Limit, string? After)
{
    public static PageRequest Of(HttpRequest request)
    {
        var limit = 50;
        if (request.Query.TryGetValue("limit", out var text) && (!int.TryParse(text, out limit) || limit is < 1 or > 200))
            throw Problems.Validation("limit", "must be a whole number from 1 to 200");
        string? after = null;
        if (request.Query.TryGetValue("cursor", out var cursor))
        {
            if (!Base64Url.IsValid(cursor.ToString())) throw Problems.Validation("cursor", "is not a cursor of this list");
            after = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor.ToString()));
        }
        return new PageRequest(limit, after);
    }

    public static string Encode(string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(position));
}
