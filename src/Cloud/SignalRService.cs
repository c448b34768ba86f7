using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Market.Realtime;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AgentInvest.Cloud;

/// <summary>
/// SignalR Service in serverless mode, as its data-plane REST reference describes it: a client connects to <c>{endpoint}/client/?hub=…</c>
/// with a token (HS256 with the access key) whose audience is that very URL and whose <c>nameid</c> is its user; a REST call carries one
/// whose audience is the call's URL.
/// </summary>
internal sealed class SignalRService(Uri endpoint, string accessKey, HttpClient http, TimeProvider time) : IQuoteHub
{
    private const string Hub = "quotes";
    private static readonly TimeSpan Connect = TimeSpan.FromSeconds(60);

    /// <summary>Longer than any sensible connection; the service forgets the membership then.</summary>
    private const int MembershipSeconds = 24 * 3600;

    private readonly SigningCredentials _signing = new(
        new SymmetricSecurityKey(Encoding.UTF8.GetBytes(accessKey)),
        SecurityAlgorithms.HmacSha256
    );
    private readonly string _base = endpoint.GetLeftPart(UriPartial.Authority);

    /// <summary>The hub's user is the caller and this connection: another tab with other symbols must not share its groups.</summary>
    public async Task<(string Url, string Token)> NegotiateAsync(CurrentUser user, IReadOnlyList<string> symbols, CancellationToken ct)
    {
        var url = $"{_base}/client/?hub={Hub}";
        var id = $"{user.Id:N}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        await Task.WhenAll(symbols.Select(symbol => JoinAsync(id, symbol, ct)));
        return (url, Sign(url, Connect, id));
    }

    private async Task JoinAsync(string user, string symbol, CancellationToken ct)
    {
        var url = $"{_base}/api/v1/hubs/{Hub}/groups/{Uri.EscapeDataString(symbol)}/users/{user}";
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{url}?ttl={MembershipSeconds}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Sign(url, Connect));
        try
        {
            using var answer = await http.SendAsync(request, ct);
            answer.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException e)
        {
            throw Problems.ProviderUnavailable(
                $"Live quotes: SignalR Service answered {(e.StatusCode is { } status ? (int)status : "nothing")}."
            );
        }
    }

    private string Sign(string audience, TimeSpan lifetime, string? user = null)
    {
        var now = time.GetUtcNow();
        var token = new SecurityTokenDescriptor
        {
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + lifetime).UtcDateTime,
            SigningCredentials = _signing,
        };
        if (user is not null) token.Claims = new Dictionary<string, object> { ["nameid"] = user };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
    }
}
