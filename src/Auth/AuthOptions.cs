using System.ComponentModel.DataAnnotations;

namespace AgentInvest.Auth;

/// <summary>Settings under <c>Auth</c>.</summary>
public sealed class AuthOptions
{
    /// <summary>The API's own origin, and the issuer of its tokens. Default http://localhost:7071.</summary>
    [Required] public string PublicOrigin { get; set; } = "http://localhost:7071";

    /// <summary>The origin of the web app, where links in mails lead. Default <see cref="PublicOrigin"/>.</summary>
    public string? AppOrigin { get; set; }

    /// <summary>Pages of the app that sign-in with a provider may return to: comma-separated and exact. Default none.</summary>
    public string RedirectUris { get; set; } = "";

    /// <summary>bcrypt's cost: 2^cost rounds. Default 12, 4 to 16.</summary>
    [Range(4, 16)] public int PasswordCost { get; set; } = 12;

    /// <summary>Days after which a session that is not refreshed has ended; 30 at most, which ends any. Default 14.</summary>
    [Range(1, 30)] public int SessionIdleDays { get; set; } = 14;

    internal TimeSpan SessionIdle => TimeSpan.FromDays(SessionIdleDays);

    /// <summary>The API's origin, without a slash at its end.</summary>
    internal string ApiAddress => PublicOrigin.TrimEnd('/');

    /// <summary>The app's origin, without a slash at its end.</summary>
    internal string AppAddress => (AppOrigin is { Length: > 0 } app ? app : PublicOrigin).TrimEnd('/');

    /// <summary>Whether cookies can be kept to https.</summary>
    public bool IsHttps => PublicOrigin.StartsWith("https:", StringComparison.Ordinal);

    internal static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.PathAndQuery == "/"
        && uri.Fragment.Length == 0;
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
