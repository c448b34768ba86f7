using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>A user as the API shows them.</summary>
public sealed record UserProfile(
    Guid Id,
    string Email,
    string? DisplayName,
    IReadOnlyList<string> Roles,
    string Tier,
    bool EmailVerified,
    bool MfaEnabled
);

/// <summary>GET /auth/me.</summary>
public sealed class GetMe
{
    private readonly Users _users;

    internal GetMe(Users users) => _users = users;

    public async Task<UserProfile> HandleAsync(CurrentUser user, CancellationToken ct) =>
        (await _users.FindByIdAsync(user.Id, ct) ?? throw Problems.NotFound()).Profile;
}

/// <summary>PATCH /auth/me.</summary>
public sealed class UpdateMe
{
    private readonly Db _db;
    private readonly Users _users;

    internal UpdateMe(Db db, Users users) => (_db, _users) = (db, users);

    public sealed record Request(string? DisplayName);

    public async Task<UserProfile> HandleAsync(CurrentUser user, Request request, CancellationToken ct)
    {
        var check = new Check();
        RegisterUser.CheckName(check, request.DisplayName);
        check.ThrowIfAny();
        var row = await _db.InTransactionAsync(async tx =>
        {
            if (request.DisplayName is { } name) await _users.SetDisplayNameAsync(tx, user.Id, name.Trim(), ct);
            return await _users.FindByIdAsync(tx, user.Id, ct);
        }, ct);
        return row?.Profile ?? throw Problems.NotFound();
    }
}
