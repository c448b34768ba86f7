namespace AgentInvest.Finance.Lots;

/// <summary>
/// The open lots of one symbol, by day of purchase. The next lot by any method is found without a walk over the others: the oldest and
/// youngest at the two ends, the one of the highest cost per share in a heap, a named one in an index; so that thousands of lots of one
/// symbol stay linear.
/// </summary>
internal sealed class OpenLots
{
    private readonly List<Lot?> _slots = [];
    private int _head;
    private PriorityQueue<int, (decimal, int)>? _byCost;
    private Dictionary<Guid, int>? _byId;

    public int Count { get; private set; }

    public Lot this[int slot]
    {
        get => _slots[slot]!;
        set => _slots[slot] = value;
    }

    public OpenLots Clone()
    {
        var clone = new OpenLots();
        clone.Reset(ToList());
        return clone;
    }

    public List<Lot> ToList()
    {
        var lots = new List<Lot>(Count);
        for (var i = _head; i < _slots.Count; i++)
            if (_slots[i] is { } lot) lots.Add(lot);
        return lots;
    }

    public void Add(Lot lot)
    {
        Trim();
        if (_slots.Count > _head && _slots[^1]!.OpenedAt > lot.OpenedAt)
        {
            // Shares that arrive with an earlier day of purchase take their place by it.
            var lots = ToList();
            var at = lots.FindIndex(l => l.OpenedAt > lot.OpenedAt);
            lots.Insert(at, lot);
            Reset(lots);
            return;
        }
        _slots.Add(lot);
        Count++;
        _byCost?.Enqueue(_slots.Count - 1, CostOrder(_slots.Count - 1));
        _byId?.TryAdd(lot.Id, _slots.Count - 1);
    }

    public void Remove(int slot)
    {
        _byId?.Remove(_slots[slot]!.Id);
        // An entry of the heap must not outlive its slot, which a later lot may get.
        if (_byCost?.Count > 0 && _byCost.Peek() == slot) _byCost.Dequeue();
        else _byCost = null;
        _slots[slot] = null;
        Count--;
        Trim();
        if (_slots.Count > 2 * Count + 64) Reset(ToList());
    }

    /// <summary>All lots anew, by day of purchase.</summary>
    public void Reset(IEnumerable<Lot> lots)
    {
        var next = lots.ToList();
        _slots.Clear();
        _slots.AddRange(next);
        (_head, Count, _byCost, _byId) = (0, next.Count, null, null);
    }

    /// <summary>The slot of the lot to close next; there must be one.</summary>
    public int Next(CostBasisMethod method) => method switch
    {
        CostBasisMethod.Lifo => _slots.Count - 1,
        CostBasisMethod.Hifo => NextByCost(),
        _ => _head,
    };

    /// <summary>Of a lot by its id; −1 where it is not open.</summary>
    public int Find(Guid id)
    {
        if (_byId is null)
        {
            _byId = [];
            for (var i = _head; i < _slots.Count; i++)
                if (_slots[i] is { } lot) _byId.TryAdd(lot.Id, i);
        }
        return _byId.GetValueOrDefault(id, -1);
    }

    private int NextByCost()
    {
        if (_byCost is null)
        {
            _byCost = new();
            for (var i = _head; i < _slots.Count; i++)
                if (_slots[i] is not null) _byCost.Enqueue(i, CostOrder(i));
        }
        return _byCost.Peek();
    }

    /// <summary>
    /// A sale leaves a lot's cost per share as it is, so its place in the heap holds until it is gone. Among equals the oldest.
    /// </summary>
    private (decimal, int) CostOrder(int slot) => (-Math.Abs(_slots[slot]!.UnitCost), slot);

    /// <summary>No gaps at the two ends.</summary>
    private void Trim()
    {
        while (_head < _slots.Count && _slots[_head] is null) _head++;
        while (_slots.Count > _head && _slots[^1] is null) _slots.RemoveAt(_slots.Count - 1);
        if (Count > 0) return;
        _slots.Clear();
        (_head, _byCost, _byId) = (0, null, null);
    }
}
