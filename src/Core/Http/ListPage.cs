using System.Buffers.Text;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AgentInvest.Core.Http;

/// <summary>One page of a list, <c>{"items":[…],"nextCursor":null|"…"}</c>.</summary>
public sealed record ListPage<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Which page of a list: query parameters of every endpoint that answers one.</summary>
public sealed record PageRequest(
    [Range(1, 200), Description("How many items at most.")] int Limit = 50,
    [Description("`nextCursor` of the page before.")] Cursor? Cursor = null
)
{
    /// <summary>The position behind which the page begins; null for the first page.</summary>
    public string? After => Cursor?.Position;

    /// <summary>The cursor of a position, a text that only the list itself understands.</summary>
    public static string Encode(string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(position));
}

/// <summary>A position in a list, as <see cref="PageRequest.Encode"/> wrote it.</summary>
[Description("a cursor of this list")]
[WrittenAs("""{ "type": "string" }""")]
public readonly record struct Cursor(string Position) : IParsable<Cursor>
{
    public static Cursor Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var cursor) ? cursor : throw new FormatException("The text is no cursor.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Cursor result)
    {
        result = default;
        if (s is null || !Base64Url.IsValid(s))
            return false;
        var position = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(s));
        // No position of ours has one; PostgreSQL refuses NUL in text.
        if (position.Any(char.IsControl))
            return false;
        result = new Cursor(position);
        return true;
    }
}
