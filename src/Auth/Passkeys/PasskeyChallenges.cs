using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Auth.Passkeys;

/// <summary>
/// What was asked of an authenticator, until it is answered: on the server, found by the challenge that the answer repeats, consumed by the
/// first answer, right or wrong.
/// </summary>
internal sealed class PasskeyChallenges(Db db, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <param name="optionsJson">The options that the browser gets; they name the challenge.</param>
    public async Task KeepAsync(Guid? user, string optionsJson, string state, CancellationToken ct)
    {
        using var options = JsonDocument.Parse(optionsJson);
        var now = time.GetUtcNow();
        await db.ExecuteAsync("""
            with expired as (delete from auth.passkey_challenges where expires_at < $4)
            insert into auth.passkey_challenges (challenge_hash, user_id, state, expires_at) values ($1, $2::uuid, $3, $5)
            """, ct, HashOf(options.RootElement.GetProperty("challenge").GetString()!), user, state, now, now + Lifetime);
    }

    /// <summary>The state, once; null for an answer to nothing we asked this caller.</summary>
    public async Task<string?> TakeAsync(Guid? user, CredentialBody body, CancellationToken ct) =>
        body.Challenge() is not { } challenge
            ? null
            : await db.OneAsync(
                "delete from auth.passkey_challenges where challenge_hash = $1 and user_id is not distinct from $2::uuid and expires_at > $3 returning state",
                r => r.GetString(0),
                ct,
                HashOf(challenge),
                user,
                time.GetUtcNow()
            );

    private static byte[] HashOf(string challenge) => SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(challenge));
}

/// <summary>
/// A credential as <c>PublicKeyCredential.toJSON()</c> writes it, with a name for what is added and for the device that signs in.
/// </summary>
public sealed record CredentialBody(
    string? Id,
    string? RawId,
    string? Type,
    JsonElement? Response,
    string? AuthenticatorAttachment,
    JsonElement? ClientExtensionResults,
    string? Name,
    string? DeviceName
)
{
    internal void Check()
    {
        var check = new Check();
        check.That(Id is { Length: > 0 and <= 2048 }, "id", "is required");
        check.That(Response is { ValueKind: JsonValueKind.Object }, "response", "is required");
        check.That(
            Name is null || (Name.Trim().Length is >= 1 and <= 100 && !Name.Any(char.IsControl)),
            "name",
            "must have 1 to 100 characters, none of them control characters"
        );
        check.That(
            DeviceName is null || (DeviceName.Length <= 100 && !DeviceName.Any(char.IsControl)),
            "deviceName",
            "must have at most 100 characters, none of them control characters"
        );
        check.ThrowIfAny();
    }

    /// <summary>The credential alone.</summary>
    internal string ToCredentialJson() =>
        JsonSerializer.Serialize(
            new
            {
                Id,
                RawId = RawId ?? Id,
                Type = Type ?? "public-key",
                Response,
                AuthenticatorAttachment,
                ClientExtensionResults = ClientExtensionResults ?? JsonSerializer.SerializeToElement(new { }),
            },
            Json.Options
        );

    /// <summary>The challenge that the client data repeat; null when they cannot be read.</summary>
    internal string? Challenge()
    {
        if (
            Response is not { ValueKind: JsonValueKind.Object } response
            || !response.TryGetProperty("clientDataJSON", out var text)
            || text.ValueKind != JsonValueKind.String
            || !Base64Url.IsValid(text.GetString())
        )
            return null;
        try
        {
            using var data = JsonDocument.Parse(Base64Url.DecodeFromChars(text.GetString()));
            return
                data.RootElement.ValueKind == JsonValueKind.Object
                && data.RootElement.TryGetProperty("challenge", out var challenge)
                && challenge.ValueKind == JsonValueKind.String
                ? challenge.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
