using AgentInvest.Core.Http;

namespace AgentInvest.Auth.Passwords;

/// <summary>12 to 128 characters, not one of the well-known ones, not the address or the name.</summary>
internal static class PasswordRules
{
    /// <summary>
    /// Stems that make up most long passwords of published leaks; padded by digits, signs or themselves they stay as weak.
    /// </summary>
    private static readonly string[] Common =
    [
        "password",
        "passw0rd",
        "p@ssword",
        "p@ssw0rd",
        "motdepasse",
        "passwort",
        "qwerty",
        "qwertyuiop",
        "qwertz",
        "azerty",
        "asdfgh",
        "asdfghjkl",
        "zxcvbn",
        "zxcvbnm",
        "1q2w3e4r",
        "1q2w3e4r5t",
        "1q2w3e4r5t6y",
        "1qaz2wsx",
        "1qaz2wsx3edc",
        "qazwsx",
        "qazwsxedc",
        "abc",
        "abcdef",
        "abcdefghijkl",
        "letmein",
        "welcome",
        "iloveyou",
        "admin",
        "administrator",
        "root",
        "master",
        "monkey",
        "dragon",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "superman",
        "batman",
        "pokemon",
        "starwars",
        "trustno1",
        "whatever",
        "secret",
        "changeme",
        "default",
        "login",
        "hello",
        "freedom",
        "shadow",
        "michael",
        "jennifer",
        "jordan",
        "liverpool",
        "chelsea",
        "arsenal",
        "summer",
        "winter",
        "spring",
        "autumn",
        "correcthorsebatterystaple",
        "agentinvest",
        "invest",
        "portfolio",
        "money",
        "bitcoin",
        "crypto",
    ];

    public static void Check(Check check, string? password, string email, string? name, string member = "password")
    {
        if (!check.That(password is not null, member, "is required")) return;
        if (!check.That(password!.Length is >= 12 and <= 128, member, "must have 12 to 128 characters")) return;
        check.That(!IsCommon(password), member, "is too easy to guess");
        check.That(
            !password.Contains(email, StringComparison.OrdinalIgnoreCase)
                && !SameLetters(password, email.Split('@')[0])
                && !SameLetters(password, name),
            member,
            "must not be the address or the name"
        );
    }

    private static bool IsCommon(string password)
    {
        var text = password.ToLowerInvariant();
        if (text.Distinct().Count() <= 3 || IsRun(text)) return true;
        var letters = new string(text.Where(c => char.IsLetterOrDigit(c) || c == '@').ToArray());
        var core = letters.Trim("0123456789".ToCharArray());
        return Common.Any(c =>
            letters == c
            || core == c
            || (core.Length > 0 && core.Length % c.Length == 0 && core == string.Concat(Enumerable.Repeat(c, core.Length / c.Length)))
        );
    }

    /// <summary>123456789012, abcdefghijkl: each character follows from the one before.</summary>
    private static bool IsRun(string text) =>
        text.Zip(text.Skip(1), (a, b) => (b - a + 10) % 10).Distinct().Count() == 1
        && text.Zip(text.Skip(1), (a, b) => Math.Abs(b - a)).All(d => d is 0 or 1 or 9);

    private static bool SameLetters(string password, string? other) =>
        other is { Length: >= 4 }
        && string.Equals(
            new string(password.Where(char.IsLetter).ToArray()),
            new string(other.Where(char.IsLetter).ToArray()),
            StringComparison.OrdinalIgnoreCase
        );
}
