namespace AgentInvest.Core.Http;

/// <summary>Gathers every fault of a request, so that a client sees all of them at once. Faults are named by request member.</summary>
public sealed class Check
{
    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    /// <summary>Notes <paramref name="message"/> against <paramref name="field"/> unless <paramref name="ok"/>; answers ok.</summary>
    public bool That(bool ok, string field, string message)
    {
        if (!ok)
        {
            if (!_errors.TryGetValue(field, out var list)) _errors[field] = list = [];
            list.Add(message);
        }
        return ok;
    }

    /// <summary>How many fields have faults.</summary>
    public int Count => _errors.Count;

    /// <summary>What was noted so far, by field.</summary>
    public IReadOnlyDictionary<string, string[]> Errors => _errors.ToDictionary(e => e.Key, e => e.Value.ToArray());

    /// <summary>Throws 400 <c>validation_failed</c> when anything was noted.</summary>
    public void ThrowIfAny()
    {
        if (_errors.Count > 0) throw Problems.Validation(Errors);
    }
}
