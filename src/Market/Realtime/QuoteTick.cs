using System.Text.Json.Serialization;

namespace AgentInvest.Market.Realtime;

/// <summary>One change of a quote as it is pushed.</summary>
/// <param name="Seq">Rises per symbol, the same on every host.</param>
/// <param name="PrevSeq">The one delivered before on this connection; absent on the first.</param>
public sealed record QuoteTick(
    string Symbol, decimal Price, int Size, decimal Bid, decimal Ask, DateTimeOffset Time, long Seq,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? PrevSeq, string Source);

/// <summary>Where ticks are pushed to: the hub of the local host.</summary>
public interface IQuotePublisher
{
    /// <summary>What somebody listens to just now.</summary>
    IReadOnlyCollection<string> SubscribedSymbols { get; }

    void Publish(IReadOnlyList<QuoteTick> ticks);
}
