using System.Buffers.Text;
using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Auth.Passkeys;

/// <summary>
/// A credential as <c>PublicKeyCredential.toJSON()</c> writes it, with a name for what is added and for the device that signs in.
/// </summary>
[Example(
    """
    {"id": "AQIDBA", "rawId": "AQIDBA", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA"},
    "clientExtensionResults": {}}
    """
)]
public sealed record PasskeyCredential(
    string Id,
    JsonElement Response,
    string? RawId = null,
    string? Type = null,
    string? AuthenticatorAttachment = null,
    JsonElement? ClientExtensionResults = null,
    string? Name = null,
    string? DeviceName = null
)
{
    internal void Check()
    {
        var check = new Check();
        check.That(Id is { Length: > 0 and <= 2048 }, "id", "is required");
        check.That(Response.ValueKind == JsonValueKind.Object, "response", "is required");
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
            Response.ValueKind != JsonValueKind.Object
            || !Response.TryGetProperty("clientDataJSON", out var text)
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
