namespace AgentInvest.Market.Realtime;

/// <summary>
/// What one connection has not been sent yet: the newest tick per symbol, so it never holds more than a tick a symbol, however slow the
/// connection.
/// </summary>
public sealed class QuoteMailbox
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, QuoteTick> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _delivered = new(StringComparer.Ordinal);

    public void Offer(QuoteTick tick)
    {
        lock (_lock)
        {
            if (_delivered.TryGetValue(tick.Symbol, out var seq) && tick.Seq <= seq) return;
            if (!_waiting.TryGetValue(tick.Symbol, out var waiting) || tick.Seq > waiting.Seq) _waiting[tick.Symbol] = tick;
        }
    }

    /// <summary>What has changed since the last call, each naming the one delivered before it. Empty when nothing has.</summary>
    public IReadOnlyList<QuoteTick> Take()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0) return [];
            var ticks = _waiting
                .Values.Select(t => t with { PrevSeq = _delivered.TryGetValue(t.Symbol, out var seq) ? seq : null })
                .ToList();
            foreach (var tick in ticks) _delivered[tick.Symbol] = tick.Seq;
            _waiting.Clear();
            return ticks;
        }
    }
}
