using System.ComponentModel.DataAnnotations;

namespace AgentInvest.Auth;

/// <summary>Settings under <c>Auth</c>.</summary>
public sealed class AuthOptions
{
    /// <summary>Where links in mails lead, and the issuer of tokens. Default http://localhost:7071.</summary>
    [Required] public string PublicOrigin { get; set; } = "http://localhost:7071";

    /// <summary>bcrypt's cost: 2^cost rounds. Default 12, 4 to 16.</summary>
    [Range(4, 16)] public int PasswordCost { get; set; } = 12;

    /// <summary>Days after which a session that is not refreshed has ended; 30 at most, which ends any. Default 14.</summary>
    [Range(1, 30)] public int SessionIdleDays { get; set; } = 14;

    internal TimeSpan SessionIdle => TimeSpan.FromDays(SessionIdleDays);

    /// <summary>Without a slash at its end.</summary>
    internal string Origin => PublicOrigin.TrimEnd('/');
}

/// <summary>Settings under <c>Mail:Smtp</c>; without a host, mails stay in the outbox.</summary>
public sealed class SmtpOptions
{
    public string? Host { get; set; }

    /// <summary>Default 587.</summary>
    [Range(1, 65535)] public int Port { get; set; } = 587;

    public string? User { get; set; }
    public string? Password { get; set; }

    /// <summary>Default no-reply@ the host.</summary>
    public string? From { get; set; }
}
