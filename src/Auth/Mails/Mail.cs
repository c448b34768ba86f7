using System.Text.Json.Serialization;

namespace AgentInvest.Auth.Mails;

/// <summary>What a mail is about.</summary>
public enum MailKind
{
    /// <summary>Its link proves that the address is read: of a registration, or a new address of an account.</summary>
    [JsonStringEnumMemberName("verify_email")] VerifyEmail,

    [JsonStringEnumMemberName("reset_password")] ResetPassword,

    [JsonStringEnumMemberName("already_registered")] AlreadyRegistered,

    /// <summary>Something about how the account is entered has changed, or was tried.</summary>
    [JsonStringEnumMemberName("security_notice")] SecurityNotice,
}

/// <summary>A mail in the outbox. Without SMTP it stays there, for <c>/dev/outbox</c>.</summary>
/// <param name="Token">The token in the link, where there is one.</param>
public sealed record Mail(string To, string Subject, string Text, MailKind Kind, string? Token, DateTimeOffset SentAt)
{
    public const string OutboxKind = "auth.mail";

    internal static Mail VerifyEmail(string to, string token, string appOrigin, DateTimeOffset now) => new(to, "Verify your address", $"""
        Welcome to AgentInvest.

        Follow this link within 24 hours to verify your address and activate the password you have just chosen:
        {appOrigin}/verify-email#token={token}

        If you did not register, ignore this mail: nothing happens without the link.
        """, MailKind.VerifyEmail, token, now);

    internal static Mail AlreadyRegistered(string to, string appOrigin, DateTimeOffset now) => new(to, "You are registered already", $"""
        Somebody, probably you, tried to register this address at AgentInvest. It is registered already: sign in at {appOrigin}/.

        If it was not you, you need not do anything: nobody was told that the address is known.
        """, MailKind.AlreadyRegistered, null, now);

    internal static Mail SessionEnded(string to, DateTimeOffset now) =>
        new(
            to,
            "A session was ended for safety",
            """
            A refresh token of yours was used a second time. That happens when a copy of it is in somebody else's hands,
            so the session it belongs to has been ended.

            Sign in again. If you did not expect this, change your password.
            """,
            MailKind.SecurityNotice,
            null,
            now
        );
}
