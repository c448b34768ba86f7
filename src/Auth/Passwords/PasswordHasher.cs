using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Passwords;

/// <summary>
/// bcrypt over a keyed SHA-384 of the password, so that none of it is cut at 72 bytes and a stolen table is of no use without the key. What
/// is stored, <c>hmac-sha384:key id:$2a$cost$…</c>, says how it was made; a sign-in makes it anew when that is not how it is made today.
/// Hashing is bounded by work: one thread hashes for every core but one, and whoever would wait for more than two seconds is refused at
/// once with 503, so that quotes go on.
/// </summary>
[Singleton]
public sealed class PasswordHasher : IDisposable
{
    private const string Scheme = "hmac-sha384:";
    private static readonly TimeSpan QueueLimit = TimeSpan.FromSeconds(2);
    private readonly Dictionary<string, byte[]> _peppers;
    private readonly string _current;
    private readonly string _oldest;
    private readonly int _cost;
    private readonly int _cores = Math.Max(1, Environment.ProcessorCount - 1);
    private readonly BlockingCollection<Action> _queue = [];
    private readonly Lazy<string> _decoy;
    private int _asked;
    private double _seconds;

    public PasswordHasher(MasterKey master, IOptions<AuthOptions> options)
    {
        _peppers = master.Ids.Zip(master.DeriveAll("password-pepper")).ToDictionary(p => p.First, p => p.Second);
        (_current, _oldest, _cost) = (master.Id, master.Ids[^1], options.Value.PasswordCost);
        // About a quarter of a second at cost 12, until the first hashes have been timed.
        _seconds = 60e-6 * (1 << _cost);
        _decoy = new Lazy<string>(() => Make(MasterKey.NewToken()));
        for (var i = 0; i < _cores; i++) new Thread(Hash) { IsBackground = true, Name = "Password hashing" }.Start();
        _queue.Add(() => _ = _decoy.Value);
    }

    internal Task<string> HashAsync(string password, CancellationToken ct) => QueuedAsync(() => Make(password), ct);

    /// <summary>
    /// The same work whether or not there is a hash to compare with, and whatever its cost was: timing does not reveal whether an account
    /// exists.
    /// </summary>
    internal Task<bool> VerifyAsync(string password, string? hash, CancellationToken ct) => QueuedAsync(() => Compare(password, hash), ct);

    /// <summary>The work of one hash, for nothing.</summary>
    internal Task BurnAsync(string password, CancellationToken ct) => VerifyAsync(password, null, ct);

    /// <summary>503 when the queue is full: asked first, before a flood costs a statement.</summary>
    internal void EnsureRoom() => EnsureRoom(Volatile.Read(ref _asked) + 1 - _cores);

    internal bool IsOutdated(string hash) => Read(hash) is var (key, bcrypt) && (key != _current || CostOf(bcrypt) != _cost);

    public void Dispose() => _queue.CompleteAdding();

    private string Make(string password) => $"{Scheme}{_current}:{BCrypt.Net.BCrypt.HashPassword(Prepared(password, _current), _cost)}";

    private bool Compare(string password, string? hash)
    {
        var (key, bcrypt) = Read(hash is { Length: > 0 } ? hash : _decoy.Value);
        if (!_peppers.ContainsKey(key)) (hash, key) = (null, _current);
        var right = BCrypt.Net.BCrypt.Verify(Prepared(password, key), bcrypt) && hash is { Length: > 0 };
        // A hash made at a lower cost c: c + c + (c + 1) + … + (cost - 1) is the work of one at today's.
        for (var cost = CostOf(bcrypt); cost < _cost; cost++) BCrypt.Net.BCrypt.HashPassword(password, cost);
        return right;
    }

    /// <summary>Hashes of before the key's id was kept were made under the oldest key there is.</summary>
    private (string Key, string Bcrypt) Read(string stored) =>
        stored[Scheme.Length..].Split(':') is [var key, var bcrypt] ? (key, bcrypt) : (_oldest, stored[Scheme.Length..]);

    private static int CostOf(string bcrypt) => int.Parse(bcrypt.AsSpan(4, 2), CultureInfo.InvariantCulture);

    private string Prepared(string password, string key) =>
        Convert.ToBase64String(HMACSHA384.HashData(_peppers[key], Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC))));

    private async Task<T> QueuedAsync<T>(Func<T> work, CancellationToken ct)
    {
        try
        {
            EnsureRoom(Interlocked.Increment(ref _asked) - _cores);
            var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            _queue.Add(() =>
            {
                try
                {
                    if (ct.IsCancellationRequested) done.SetCanceled(ct);
                    else done.SetResult(Timed(work));
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            }, CancellationToken.None);
            return await done.Task;
        }
        finally
        {
            Interlocked.Decrement(ref _asked);
        }
    }

    /// <summary>A thread of its own, not the pool's: that has as many as there are cores and gets more but slowly.</summary>
    private void Hash()
    {
        foreach (var work in _queue.GetConsumingEnumerable()) work();
    }

    /// <param name="ahead">Hashes that must be done before.</param>
    private void EnsureRoom(int ahead)
    {
        var wait = TimeSpan.FromSeconds(Math.Max(0, ahead) * Volatile.Read(ref _seconds) / _cores);
        if (wait > QueueLimit) throw Problems.Busy(wait);
    }

    private T Timed<T>(Func<T> work)
    {
        var begin = Stopwatch.GetTimestamp();
        var result = work();
        // Smoothed over about ten; on a loaded machine a hash takes longer, and fewer may wait.
        Volatile.Write(ref _seconds, _seconds * 0.9 + Stopwatch.GetElapsedTime(begin).TotalSeconds * 0.1);
        return result;
    }
}
