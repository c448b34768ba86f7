using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Passwords;

/// <summary>
/// bcrypt over a keyed SHA-384 of the password, so that none of it is cut at 72 bytes and a stolen table is of no use without the key. Hashing is bounded:
/// all cores but one, and at most two seconds of work waiting; beyond that a caller is told to come back, and quotes go on.
/// </summary>
internal sealed class PasswordHasher(MasterKey master, IOptions<AuthOptions> options) : IDisposable
{
    private const string Scheme = "hmac-sha384:";
    private static readonly TimeSpan QueueLimit = TimeSpan.FromSeconds(2);
    private readonly byte[] _pepper = master.Derive("password-pepper");
    private readonly int _cost = options.Value.PasswordCost;
    private readonly SemaphoreSlim _permits = new(Math.Max(1, Environment.ProcessorCount - 1));
    private string? _decoy;

    public Task<string> HashAsync(string password, CancellationToken ct) =>
        QueuedAsync(() => Scheme + BCrypt.Net.BCrypt.HashPassword(Prepared(password), _cost), ct);

    /// <summary>The same work whether or not there is a hash to compare with: time tells nothing of whether an account exists.</summary>
    public Task<bool> VerifyAsync(string password, string? hash, CancellationToken ct) => QueuedAsync(() =>
    {
        var stored = hash ?? (_decoy ??= Scheme + BCrypt.Net.BCrypt.HashPassword(Prepared(MasterKey.NewToken()), _cost));
        return BCrypt.Net.BCrypt.Verify(Prepared(password), stored[Scheme.Length..]) && hash is not null;
    }, ct);

    public void Dispose() => _permits.Dispose();

    private string Prepared(string password) => Convert.ToBase64String(HMACSHA384.HashData(_pepper, Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC))));

    private async Task<T> QueuedAsync<T>(Func<T> work, CancellationToken ct)
    {
        if (!await _permits.WaitAsync(QueueLimit, ct)) throw Problems.Busy(QueueLimit);
        try
        {
            return await Task.Run(work, ct);
        }
        finally
        {
            _permits.Release();
        }
    }
}
