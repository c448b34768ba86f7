namespace AgentInvest.Auth.Mails;

/// <summary>Mails that tell of a change to how an account is entered, so that its owner can object.</summary>
internal static class Notices
{
    public static Mail PasskeyAdded(string to, DateTimeOffset now) => Of(to, now, "A passkey was added", "A passkey was added to your account. It signs in without your password.");

    public static Mail PasskeyRemoved(string to, DateTimeOffset now) => Of(to, now, "A passkey was removed", "A passkey was removed from your account. It signs in no more.");

    public static Mail ProviderLinked(string to, string provider, DateTimeOffset now) => Of(to, now, $"{provider} was linked", $"Signing in with {provider} was linked to your account.");

    private static Mail Of(string to, DateTimeOffset now, string subject, string what) => new(to, subject, $"""
        {what}

        If it was not you, change your password and end the other sessions at once.
        """, "security_notice", null, now);
}
