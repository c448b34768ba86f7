using System.Text.RegularExpressions;
using AgentInvest.Core.Http;

namespace AgentInvest.Auth.Accounts;

/// <summary>Addresses as we keep them: trimmed, lower case, ASCII, one @.</summary>
internal static partial class EmailAddress
{
    /// <summary>The address to look up, or "" with a fault noted.</summary>
    public static string Check(Check check, string? email)
    {
        if (!check.That(email is not null, "email", "is required")) return "";
        var address = email!.Trim().ToLowerInvariant();
        return check.That(address.Length <= 254 && Pattern().IsMatch(address), "email", "must be an e-mail address") ? address : "";
    }

    [GeneratedRegex(
        @"\A[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+\z"
    )]
    private static partial Regex Pattern();
}
