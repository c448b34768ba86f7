namespace AgentInvest.Auth.Mails;

/// <summary>Mails about changes of passkeys, providers and the address, so that the owner can object.</summary>
internal static class Notices
{
    public static Mail PasskeyAdded(string to, DateTimeOffset now) =>
        Of(to, now, "A passkey was added", "A passkey was added to your account. It signs in without your password.");

    public static Mail PasskeyRemoved(string to, DateTimeOffset now) =>
        Of(to, now, "A passkey was removed", "A passkey was removed from your account. It signs in no more.");

    public static Mail ProviderLinked(string to, string provider, DateTimeOffset now) =>
        Of(to, now, $"{provider} was linked", $"Signing in with {provider} was linked to your account.");

    public static Mail ConfirmOldAddress(string to, string token, string appOrigin, DateTimeOffset now) =>
        new(
            to,
            "Confirm that your address changes",
            $"""
            Somebody who knows your password, probably you, wants to use another address for your account.
            Follow this link within 24 hours if it was you:
            {appOrigin}/confirm-email#token={token}

            The change is made when the mail to the new address is answered as well. If it was not you, do not follow the link,
            and change your password at once.
            """,
            MailKind.SecurityNotice,
            token,
            now
        );

    public static Mail ConfirmNewAddress(string to, string token, string appOrigin, DateTimeOffset now) =>
        new(
            to,
            "Confirm your new address",
            $"""
            Somebody, probably you, wants to use this address for their account at AgentInvest.
            Follow this link within 24 hours to confirm that it is yours:
            {appOrigin}/confirm-email#token={token}

            If it was not you, ignore this mail: nothing happens without the link.
            """,
            MailKind.VerifyEmail,
            token,
            now
        );

    public static Mail AddressChanged(string to, DateTimeOffset now) =>
        Of(
            to,
            now,
            "The address of your account was changed",
            "The address of your account was changed, as was confirmed by mail at both addresses. All sessions were ended."
        );

    private static Mail Of(string to, DateTimeOffset now, string subject, string what) => new(to, subject, $"""
        {what}

        If it was not you, change your password and end the other sessions at once.
        """, MailKind.SecurityNotice, null, now);
}
