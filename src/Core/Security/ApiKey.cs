using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace AgentInvest.Core.Security;

/// <summary>
/// The form of API keys: <c>agi_</c>, 40 random letters and digits (238 bits), 6 of checksum. The prefix lets scanners of public code
/// recognise one, the checksum lets us refuse a mistyped or invented one without asking the database.
/// </summary>
public static class ApiKey
{
    public const string Prefix = "agi_";
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int Random = 40;
    private const int Checksum = 6;
    private const int Length = 4 + Random + Checksum;

    public static string New()
    {
        var body = Prefix + RandomNumberGenerator.GetString(Alphabet, Random);
        return body + ChecksumOf(body);
    }

    public static bool IsWellFormed(string key) =>
        key.Length == Length && key.StartsWith(Prefix, StringComparison.Ordinal) && key.Skip(Prefix.Length).All(char.IsAsciiLetterOrDigit)
        && key.EndsWith(ChecksumOf(key[..^Checksum]), StringComparison.Ordinal);

    /// <summary>What a list of keys may show of one.</summary>
    public static string HintOf(string key) => key[..(Prefix.Length + 4)] + "…";

    private static string ChecksumOf(string body)
    {
        var crc = ~0u;
        foreach (var b in Encoding.ASCII.GetBytes(body)) crc = BitOperations.Crc32C(crc, b);
        crc = ~crc;
        Span<char> text = stackalloc char[Checksum];
        for (var i = Checksum - 1; i >= 0; i--, crc /= 62) text[i] = Alphabet[(int)(crc % 62)];
        return new string(text);
    }
}
