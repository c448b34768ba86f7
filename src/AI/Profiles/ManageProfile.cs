using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Market;

namespace AgentInvest.AI.Profiles;

/// <summary>GET and PUT /ai/profile: what advice is to respect.</summary>
[Singleton]
public sealed class ManageProfile(Db db, MarketData market, TimeProvider time)
{
    private const int MaxExclusions = 100;

    /// <param name="HorizonYears">1 to 60.</param>
    /// <param name="RiskTolerance">1, hardly any, to 10.</param>
    /// <param name="Exclusions">Symbols and sectors not to be proposed.</param>
    [Example("""{"horizonYears": 15, "riskTolerance": 6, "exclusions": ["TSLA"], "baseCurrency": "USD"}""")]
    public sealed record Request(
        int HorizonYears,
        int RiskTolerance,
        string BaseCurrency,
        IReadOnlyList<string?>? Exclusions = null
    );

    public sealed record Response(int HorizonYears, int RiskTolerance, IReadOnlyList<string> Exclusions, string BaseCurrency);

    private static readonly Response Default = new(10, 5, [], "USD");

    public async Task<Response> GetAsync(CurrentUser user, CancellationToken ct) =>
        await db.OneAsync(
            "select horizon_years, risk_tolerance, exclusions, base_currency from ai.profiles where user_id = $1",
            Read,
            ct,
            user.Id
        ) ?? Default;

    public async Task<Response> PutAsync(CurrentUser user, Request request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.HorizonYears is >= 1 and <= 60, "horizonYears", "must be from 1 to 60");
        check.That(request.RiskTolerance is >= 1 and <= 10, "riskTolerance", "must be from 1 to 10");
        var exclusions = request.Exclusions ?? [];
        if (check.That(exclusions.Count <= MaxExclusions, "exclusions", $"must be {MaxExclusions} at most"))
            for (var i = 0; i < exclusions.Count; i++)
                check.That(
                    exclusions[i]?.Trim() is { Length: >= 1 and <= 64 } text && !text.Any(char.IsControl),
                    $"exclusions[{i}]",
                    "must be a symbol or a sector of 1 to 64 characters"
                );
        var today = Instants.DayOf(time.GetUtcNow());
        var currency = request.BaseCurrency;
        check.That(
            currency.Length == 3
                && currency.All(char.IsAsciiLetterUpper)
                && await market.RatesAsync(currency, "USD", today, today, ct) is not null,
            "baseCurrency",
            "must be an ISO 4217 currency that has a rate"
        );
        check.ThrowIfAny();
        return (
            await db.OneAsync(
                """
                insert into ai.profiles (user_id, horizon_years, risk_tolerance, exclusions, base_currency) values ($1, $2, $3, $4, $5)
                on conflict (user_id) do update set
                  horizon_years = excluded.horizon_years,
                  risk_tolerance = excluded.risk_tolerance,
                  exclusions = excluded.exclusions,
                  base_currency = excluded.base_currency,
                  updated_at = now()
                returning horizon_years, risk_tolerance, exclusions, base_currency
                """,
                Read,
                ct,
                user.Id,
                request.HorizonYears,
                request.RiskTolerance,
                exclusions.Select(e => e!.Trim()).Distinct().ToArray(),
                currency
            )
        )!;
    }

    private static Response Read(Npgsql.NpgsqlDataReader r) =>
        new(r.GetInt32(0), r.GetInt32(1), r.GetFieldValue<string[]>(2), r.GetString(3));
}
