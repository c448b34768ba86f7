using System.Net;
using System.Text;
using AgentInvest.Cloud;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Market.Realtime;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace AgentInvest.Infra.Tests;

/// <summary>What only Azure has, against services that answer as the documentation says.</summary>
public sealed class CloudTests
{
    private const string Key = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH";
    private static readonly CurrentUser User = new(Guid.CreateVersion7(), Guid.CreateVersion7(), ["user"], "free");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_negotiated_token_has_the_documented_form_and_no_longer_life_than_a_minute()
    {
        using var stub = new Stub(_ => new HttpResponseMessage(HttpStatusCode.OK));
        var service = new SignalRService(new Uri("https://quotes.service.signalr.net/"), Key, new HttpClient(stub), _time);
        var (url, text) = await service.NegotiateAsync(User, ["AAPL", "^GSPC"], CancellationToken.None);

        Assert.Equal("https://quotes.service.signalr.net/client/?hub=quotes", url);
        var token = await ValidateAsync(text, url);
        Assert.Equal("HS256", token.Alg);
        Assert.StartsWith(User.Id.ToString("N"), token.GetPayloadValue<string>("nameid"), StringComparison.Ordinal);
        Assert.Equal(_time.GetUtcNow().AddSeconds(60).UtcDateTime, token.ValidTo);
        Assert.Equal(["aud", "exp", "iat", "nameid", "nbf"], token.Claims.Select(c => c.Type).Order());

        // Its user is in the groups of these symbols, by calls whose tokens are for exactly those calls.
        var id = token.GetPayloadValue<string>("nameid");
        Assert.Equal(
            [$"PUT /api/v1/hubs/quotes/groups/%5EGSPC/users/{id}?ttl=86400", $"PUT /api/v1/hubs/quotes/groups/AAPL/users/{id}?ttl=86400"],
            stub.Requests.Select(r => $"{r.Method} {r.Uri.PathAndQuery}").Order(StringComparer.Ordinal)
        );
        foreach (var (_, uri, authorization) in stub.Requests)
            await ValidateAsync(authorization!["Bearer ".Length..], uri.GetLeftPart(UriPartial.Path));
    }

    [Fact]
    public async Task Two_connections_of_one_user_do_not_share_their_groups()
    {
        using var stub = new Stub(_ => new HttpResponseMessage(HttpStatusCode.OK));
        var service = new SignalRService(new Uri("https://quotes.service.signalr.net"), Key, new HttpClient(stub), _time);
        var first = new JsonWebToken((await service.NegotiateAsync(User, ["AAPL"], CancellationToken.None)).Token).GetPayloadValue<string>(
            "nameid"
        );
        Assert.NotEqual(
            first,
            new JsonWebToken((await service.NegotiateAsync(User, ["AAPL"], CancellationToken.None)).Token).GetPayloadValue<string>("nameid")
        );
    }

    [Fact]
    public async Task When_SignalR_Service_refuses_the_caller_is_told_that_a_provider_is_away()
    {
        using var stub = new Stub(_ => new HttpResponseMessage(HttpStatusCode.Unauthorized));
        var service = new SignalRService(new Uri("https://quotes.service.signalr.net"), Key, new HttpClient(stub), _time);
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => service.NegotiateAsync(User, ["AAPL"], CancellationToken.None));
        var problem = refusal.Problem;
        Assert.Equal((503, "provider_unavailable"), (problem.Status, problem.Code));
    }

    [Fact]
    public void Secrets_of_the_vault_are_settings_and_disabled_ones_are_not()
    {
        using var stub = new Stub(request =>
            request.RequestUri!.AbsolutePath switch
            {
                "/secrets" or "/secrets/" => Json(
                    """
                    {
                      "value": [
                        { "id": "https://v.vault.azure.net/secrets/Security--MasterKey", "attributes": { "enabled": true } },
                        { "id": "https://v.vault.azure.net/secrets/Old", "attributes": { "enabled": false } }
                      ],
                      "nextLink": null
                    }
                    """
                ),
                "/secrets/Security--MasterKey/" or "/secrets/Security--MasterKey" => Json(
                    """{"value":"c2VjcmV0","id":"https://v.vault.azure.net/secrets/Security--MasterKey/1"}"""
                ),
                _ => new HttpResponseMessage(HttpStatusCode.NotFound),
            }
        );
        var configuration = new ConfigurationBuilder().Add(new VaultSettings(Vault(stub))).Build();
        Assert.Equal("c2VjcmV0", configuration["Security:MasterKey"]);
        Assert.Null(configuration["Old"]);
    }

    [Fact]
    public void A_vault_that_refuses_stops_the_start()
    {
        using var stub = new Stub(_ => new HttpResponseMessage(HttpStatusCode.Forbidden));
        Assert.Throws<RequestFailedException>(() => new ConfigurationBuilder().Add(new VaultSettings(Vault(stub))).Build());
    }

    [Fact]
    public void Without_settings_of_Azure_nothing_is_added()
    {
        var builder = Host.CreateApplicationBuilder();
        var before = builder.Services.Count;
        builder.AddAzure();
        Assert.Equal(before, builder.Services.Count);
        builder.Configuration["Azure:ClientId"] = Guid.Empty.ToString();
        builder.Configuration["Azure:SignalR:Endpoint"] = "https://quotes.service.signalr.net";
        builder.Configuration["Azure:SignalR:AccessKey"] = Key;
        builder.AddAzure();
        using var services = builder.Services.BuildServiceProvider();
        Assert.IsType<SignalRService>(services.GetRequiredService<IQuoteHub>());
        Assert.Single(services.GetServices<Action<NpgsqlDataSourceBuilder>>());
    }

    [Fact]
    public async Task PostgreSQL_is_asked_for_with_a_token_of_the_apps_identity()
    {
        // A real server that wants a password: the token is the password.
        var server = new NpgsqlConnectionStringBuilder(await PostgresServer.ConnectionStringAsync());
        var credential = new FixedCredential(server.Password!);
        var builder = new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = null, Passfile = null }.ConnectionString
        );
        builder.UseEntra(credential);
        await using var source = builder.Build();
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(["https://ossrdbms-aad.database.windows.net/.default"], credential.Scopes);
    }

    private async Task<JsonWebToken> ValidateAsync(string token, string audience)
    {
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAudience = audience, ValidateIssuer = false, IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Key)),
            LifetimeValidator = (from, to, _, _) => from <= _time.GetUtcNow().UtcDateTime && to > _time.GetUtcNow().UtcDateTime,
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        return (JsonWebToken)result.SecurityToken;
    }

    private static HttpResponseMessage Json(string body) =>
        new(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private static SecretClient Vault(Stub stub) =>
        new(
            new Uri("https://v.vault.azure.net"),
            new FixedCredential("token"),
            new SecretClientOptions { Transport = new HttpClientTransport(stub), Retry = { MaxRetries = 0 } }
        );

    private sealed class FixedCredential(string token) : TokenCredential
    {
        public IReadOnlyList<string> Scopes { get; private set; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes = requestContext.Scopes;
            return new AccessToken(token, DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }

    private sealed class Stub(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        private readonly Lock _lock = new();

        public List<(string Method, Uri Uri, string? Authorization)> Requests { get; } = [];

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (_lock) Requests.Add((request.Method.Method, request.RequestUri!, request.Headers.Authorization?.ToString()));
            var reply = answer(request);
            reply.RequestMessage = request;
            return reply;
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));
    }
}
