using System.ComponentModel;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.Quotes;

/// <summary>GET /market/stocks/search: by symbol and name, forgiving a typo.</summary>
[Singleton]
public sealed class SearchInstruments(ProviderChain chain)
{
    public sealed record Query([Description("A symbol or a name, or a part of one; a typo is forgiven."), Example("apple")] string Q);

    /// <param name="Score">0 to 1, the best match.</param>
    public sealed record FoundInstrument(string Symbol, string Name, string Exchange, InstrumentType Type, decimal Score);

    public sealed record Response(IReadOnlyList<FoundInstrument> Items);

    public Response Handle(Query query)
    {
        var q = query.Q.Trim().ToUpperInvariant();
        if (q.Length is 0 or > 100) throw Problems.Validation("q", "must have 1 to 100 characters");
        var grams = Trigrams(q);
        return new Response(
            chain
                .All()
                .Select(x => (x.Instrument, Score: Score(x.Instrument, q, grams)))
                .Where(x => x.Score >= 0.25)
                .OrderByDescending(x => x.Score)
                .ThenBy(x => x.Instrument.Symbol, StringComparer.Ordinal)
                .Take(20)
                .Select(x => new FoundInstrument(
                    x.Instrument.Symbol,
                    x.Instrument.Name,
                    x.Instrument.Exchange,
                    EnumNames.Parse<InstrumentType>(x.Instrument.Type),
                    decimal.Round((decimal)x.Score, 3)
                ))
                .ToList()
        );
    }

    private static double Score(Instrument i, string q, HashSet<string> grams)
    {
        var name = i.Name.ToUpperInvariant();
        if (i.Symbol == q) return 1;
        if (i.Symbol.StartsWith(q, StringComparison.Ordinal)) return 0.9;
        if (name.StartsWith(q, StringComparison.Ordinal)) return 0.85;
        if (name.Contains(' ' + q, StringComparison.Ordinal)) return 0.75;
        if (q.Length >= 3 && (name.Contains(q, StringComparison.Ordinal) || i.Symbol.Contains(q, StringComparison.Ordinal))) return 0.6;
        // Each word for itself: a long name must not dilute a word that nearly fits.
        return 0.8 * name.Split(' ').Append(i.Symbol).Max(w => Similarity(grams, Trigrams(w)));
    }

    /// <summary>Shared trigrams of all trigrams, as pg_trgm counts them.</summary>
    private static double Similarity(HashSet<string> a, HashSet<string> b)
    {
        var shared = a.Count(b.Contains);
        return (double)shared / (a.Count + b.Count - shared);
    }

    private static HashSet<string> Trigrams(string word)
    {
        var padded = $"  {word} ";
        return Enumerable.Range(0, padded.Length - 2).Select(i => padded.Substring(i, 3)).ToHashSet();
    }
}
