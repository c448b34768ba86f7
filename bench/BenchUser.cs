using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace AgentInvest.Bench;

/// <summary>A signed-up caller of the host.</summary>
internal sealed class BenchUser(Guid id, string token)
{
    public static HttpClient Http { get; } = new();

    public Guid Id => id;

    public HttpRequestMessage Request(HttpMethod method, Uri url, HttpContent? content = null) =>
        new(method, url) { Content = content, Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    public async Task<byte[]> GetAsync(Uri url)
    {
        using var answer = await Http.SendAsync(Request(HttpMethod.Get, url));
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
    }

    public async Task<JsonElement> SendAsync(HttpMethod method, Uri url, HttpContent content)
    {
        using var answer = await Http.SendAsync(Request(method, url, content));
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{url} answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    public static async Task<BenchUser> SignUpAsync(Uri host)
    {
        var credentials = new { email = $"bench-{Guid.NewGuid():N}@example.com", password = Guid.NewGuid().ToString() };
        await PostAsync(new Uri(host, "/v1/auth/register"), credentials);
        var mails = await Http.GetFromJsonAsync<JsonElement>(new Uri(host, "/v1/dev/outbox?to=" + credentials.email));
        await PostAsync(
            new Uri(host, "/v1/auth/verify-email"),
            new { token = mails.GetProperty("items")[0].GetProperty("token").GetString() }
        );
        var tokens = JsonDocument.Parse(await PostAsync(new Uri(host, "/v1/auth/login"), credentials)).RootElement;
        return new BenchUser(tokens.GetProperty("user").GetProperty("id").GetGuid(), tokens.GetProperty("accessToken").GetString()!);
    }

    public async Task<Guid> OpenPortfolioAsync(Uri host)
    {
        using var answer = await Http.SendAsync(
            Request(HttpMethod.Post, new Uri(host, "/v1/portfolios"), JsonContent.Create(new { name = Guid.NewGuid().ToString() }))
        );
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static async Task<string> PostAsync(Uri url, object body)
    {
        using var answer = await Http.PostAsJsonAsync(url, body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{url} answered {(int)answer.StatusCode}: {text}");
    }
}
