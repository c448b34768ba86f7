using AgentInvest.Auth.Sessions;

namespace AgentInvest.Auth.Mails;

/// <summary>Mails about passwords, sign-ins and second factors.</summary>
internal static class SecurityMails
{
    public static Mail ResetPassword(string to, string token, string appOrigin, DateTimeOffset now) =>
        new(
            to,
            "Choose a new password",
            $"""
            Somebody, probably you, has forgotten the password of this address at AgentInvest.
            Follow this link within 30 minutes to choose a new one:
            {appOrigin}/reset-password#token={token}

            If it was not you, ignore this mail: the old password stays as it is.
            """,
            MailKind.ResetPassword,
            token,
            now
        );

    public static Mail PasswordChanged(string to, DateTimeOffset now) =>
        Notice(to, "Your password was changed", "The password of your account was changed, and the other sessions were ended.", now);

    public static Mail NewDevice(string to, Device device, DateTimeOffset now) => Notice(to, "A sign-in from a new device",
        $"Your account was signed in to from a device that has not been seen before, from the network {device.IpPrefix}.", now);

    public static Mail SecondFactor(string to, bool added, DateTimeOffset now) =>
        Notice(
            to,
            added ? "A second factor was added" : "A second factor was removed",
            added
                ? "From now on signing in needs a code of your authenticator app as well."
                : "The authenticator app of your account was removed; a password alone signs in again.",
            now
        );

    public static Mail CodesGuessed(string to, DateTimeOffset now) =>
        Notice(
            to,
            "Wrong codes after your right password",
            "Somebody gave your right password and then five wrong codes of the second factor. "
                + "If it was not you, your password is known to somebody else.",
            now
        );

    public static Mail Erased(string to, DateTimeOffset now) =>
        Notice(
            to,
            "Your account was deleted",
            "Your account and all that was held on you have been deleted, as was asked for. This is the last mail to this address.",
            now
        );

    private static Mail Notice(string to, string subject, string text, DateTimeOffset now) =>
        new(
            to,
            subject,
            text + "\n\nIf you did not do this, choose a new password at once and end all sessions.",
            MailKind.SecurityNotice,
            null,
            now
        );
}
