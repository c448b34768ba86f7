using Microsoft.Extensions.Configuration;

namespace AgentInvest.Auth.OAuth;

/// <summary>Settings under <c>Auth:Google</c> and <c>Auth:Apple</c>; a provider without a client id is not offered.</summary>
public sealed class OAuthProviderOptions
{
    /// <summary>The issuer. Default the provider's own; http is allowed on loopback only.</summary>
    public string? Authority { get; set; }

    public string? ClientId { get; set; }

    /// <summary>For Apple not needed: it is made of the three below.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Apple: the team that signs, the id of its key, and the key as PEM (PKCS#8, P-256).</summary>
    public string? TeamId { get; set; }

    public string? KeyId { get; set; }

    public string? PrivateKey { get; set; }

    internal bool IsConfigured => ClientId is { Length: > 0 };

    internal bool SignsItsSecret => PrivateKey is { Length: > 0 };
}

/// <summary>A provider of identities that people can sign in with.</summary>
public enum IdentityProvider
{
    Google,
    Apple,
}

/// <summary>What differs between the providers.</summary>
internal sealed record OAuthProviderKind(IdentityProvider Name, string Title, string Authority, string Scope, bool FormPost)
{
    public static IReadOnlyList<OAuthProviderKind> All { get; } =
    [
        new(IdentityProvider.Google, "Google", "https://accounts.google.com", "openid email profile", FormPost: false),
        // Apple answers a request for name or e-mail with a form only.
        new(IdentityProvider.Apple, "Apple", "https://appleid.apple.com", "openid email name", FormPost: true),
    ];

    public OAuthProviderOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection("Auth:" + Title).Get<OAuthProviderOptions>() ?? new OAuthProviderOptions();
        options.Authority = (options.Authority ?? Authority).TrimEnd('/');
        if (!options.IsConfigured) return options;
        if (!IsSafe(options.Authority))
            throw new InvalidOperationException($"Auth:{Title}:Authority must be https, or http on a loopback address.");
        if (
            options.SignsItsSecret
                ? options.TeamId is not { Length: > 0 } || options.KeyId is not { Length: > 0 }
                : options.ClientSecret is not { Length: > 0 }
        )
            throw new InvalidOperationException($"Auth:{Title} needs a ClientSecret, or PrivateKey, TeamId and KeyId.");
        return options;
    }

    /// <summary>Whether what is sent there stays unread on the way.</summary>
    public static bool IsSafe(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}
