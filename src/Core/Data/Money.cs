using System.Buffers.Text;
using System.Globalization;
using AgentInvest.Core.Http;

namespace AgentInvest.Core.Data;

/// <summary>Decimal as the books keep it: numeric(28,10), never rounded silently.</summary>
public static class Money
{
    /// <summary>Digits after the point that are stored.</summary>
    public const int Scale = 10;

    /// <summary>The first magnitude that numeric(28,10) cannot hold.</summary>
    public const decimal Bound = 1_000_000_000_000_000_000m;

    /// <summary>
    /// Reads a JSON number or decimal string exactly; what a decimal cannot hold without loss is a fault, not an approximation.
    /// </summary>
    public static bool TryParse(string text, out decimal value, out string fault)
    {
        value = 0;
        fault = "must be a decimal number";
        if (text.Length is 0 or > 64) return false;
        if (
            !decimal.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out value
            )
        )
        {
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) && text.Any(char.IsAsciiDigit))
                fault = "is too large";
            return false;
        }
        // decimal.Parse rounds beyond 28 digits; significant digits in the text tell.
        var mantissa = text.AsSpan();
        var e = mantissa.IndexOfAny('e', 'E');
        if (e >= 0) mantissa = mantissa[..e];
        var significant = 0;
        var leading = true;
        var trailingZeros = 0;
        foreach (var c in mantissa)
        {
            if (!char.IsAsciiDigit(c)) continue;
            if (leading && c == '0') continue;
            leading = false;
            significant++;
            trailingZeros = c == '0' ? trailingZeros + 1 : 0;
        }
        if (significant - trailingZeros > 28 || (value == 0 && significant > 0))
        {
            fault = $"has more than {Scale} digits after the point";
            return false;
        }
        return true;
    }

    /// <summary>Whether the books can hold it without loss.</summary>
    public static bool Fits(decimal value) => Math.Abs(value) < Bound && decimal.Round(value, Scale) == value;

    /// <summary>
    /// Of what <see cref="TryWrite"/> writes: a sign, the digits of 64 bits, as many zeros before them as a decimal can have places, the
    /// point.
    /// </summary>
    public const int LongestText = 1 + 20 + 28 + 2;

    /// <summary>
    /// The value as text without trailing zeros; false where its digits do not fit 64 bits, as those of few amounts do not. Several times
    /// quicker than .NET's own, which works with 96 bits always: a long list of lots is little else than decimals.
    /// </summary>
    /// <param name="text">Of <see cref="LongestText"/> bytes.</param>
    public static bool TryWrite(decimal value, Span<byte> text, out int length)
    {
        Span<int> words = stackalloc int[4];
        decimal.GetBits(value, words);
        length = 0;
        if (words[2] != 0) return false;
        var (digits, scale) = ((ulong)(uint)words[1] << 32 | (uint)words[0], (int)value.Scale);
        for (; scale > 0 && Math.DivRem(digits, 10) is (var fewer, 0); scale--) digits = fewer;
        if (digits == 0) scale = 0;
        else if (words[3] < 0) text[length++] = (byte)'-';
        var (whole, fraction) = scale > 19 ? (0, digits) : Math.DivRem(digits, Powers[scale]);
        Utf8Formatter.TryFormat(whole, text[length..], out var written);
        length += written;
        if (scale == 0) return true;
        text[length++] = (byte)'.';
        for (var i = scale - 1; i >= 0; i--, fraction /= 10) text[length + i] = (byte)('0' + fraction % 10);
        length += scale;
        return true;
    }

    private static readonly ulong[] Powers = [.. Enumerable.Range(0, 20).Select(n => (ulong)Math.Pow(10, n))];

    /// <summary>To the digits that are stored, halves to the even digit: for what is derived, never for what a caller gave.</summary>
    public static decimal Round(decimal value) => decimal.Round(value, Scale);

    /// <summary>The same value without trailing zeros.</summary>
    public static decimal Trim(decimal value) => value / 1.0000000000000000000000000000m;

    /// <summary>Notes a fault unless the value can be stored without loss.</summary>
    public static bool CheckStorable(Check check, decimal? value, string field) => value is not { } v
        || (check.That(Math.Abs(v) < Bound, field, "is too large")
            && check.That(decimal.Round(v, Scale) == v, field, $"has more than {Scale} digits after the point"));
}
