namespace AgentInvest.Auth.Mails;

/// <summary>A mail in the outbox. Without SMTP it stays there, for <c>/dev/outbox</c>.</summary>
/// <param name="Kind"><c>verify_email</c>, <c>reset_password</c>, <c>already_registered</c> or <c>security_notice</c>.</param>
public sealed record Mail(string To, string Subject, string Text, string Kind, string? Token, DateTimeOffset SentAt)
{
    public const string OutboxKind = "auth.mail";

    internal static Mail VerifyEmail(string to, string token, string origin, DateTimeOffset now) => new(to, "Verify your address", $"""
        Welcome to AgentInvest.

        Follow this link within 24 hours to verify your address and activate the password you have just chosen:
        {origin}/verify-email?token={token}

        If you did not register, ignore this mail: nothing happens without the link.
        """, "verify_email", token, now);

    internal static Mail AlreadyRegistered(string to, string origin, DateTimeOffset now) => new(to, "You are registered already", $"""
        Somebody, probably you, tried to register this address at AgentInvest. It is registered already: sign in at {origin}/login.

        If it was not you, you need not do anything: nobody was told that the address is known.
        """, "already_registered", null, now);

    internal static Mail SessionEnded(string to, DateTimeOffset now) =>
        new(
            to,
            "A session was ended for safety",
            """
            A refresh token of yours was used a second time. That happens when a copy of it is in somebody else's hands, so the session it belongs to has been ended.

            Sign in again. If you did not expect this, change your password.
            """,
            "security_notice",
            null,
            now
        );
}
