using Microsoft.AspNetCore.Identity;

namespace AgentInvest.Auth.Passkeys;

/// <summary>Settings under <c>Auth:Passkeys</c>.</summary>
public sealed class PasskeyOptions
{
    /// <summary>
    /// The relying party's id: the domain that passkeys belong to. Default the host of <c>Auth:AppOrigin</c>, <c>localhost</c> for a
    /// loopback address.
    /// </summary>
    public string? RpId { get; set; }

    /// <summary>
    /// The pages that may ask for passkeys, comma-separated and exact. Default <c>Auth:AppOrigin</c>; with the id localhost every port
    /// of it, unless they are set.
    /// </summary>
    public string? Origins { get; set; }

    internal static IdentityPasskeyOptions For(PasskeyOptions options, AuthOptions auth)
    {
        var origin = new Uri(auth.AppAddress);
        var id = options.RpId ?? (origin.IsLoopback ? "localhost" : origin.Host);
        var allowed = (options.Origins ?? auth.AppAddress)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .ToHashSet(StringComparer.Ordinal);
        return new IdentityPasskeyOptions
        {
            ServerDomain = id,
            // A passkey counts as two factors, so the authenticator must have verified the person; and it is found without an address.
            UserVerificationRequirement = "required",
            ResidentKeyRequirement = "required",
            AuthenticatorTimeout = PasskeyChallenges.Lifetime,
            ValidateOrigin = context =>
                ValueTask.FromResult(
                    !context.CrossOrigin
                        && (
                            allowed.Contains(context.Origin)
                            || (
                                options.Origins is null
                                && id == "localhost"
                                && Uri.TryCreate(context.Origin, UriKind.Absolute, out var page)
                                && page.Host == "localhost"
                            )
                        )
                ),
        };
    }
}
