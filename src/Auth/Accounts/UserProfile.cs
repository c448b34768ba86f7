using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>What a user may do beyond their own data.</summary>
public enum Role
{
    User,
    Analyst,
    Admin,
}

/// <summary>How many requests a minute a user has.</summary>
public enum Tier
{
    /// <summary>Not 0: a body that leaves the tier out must not mean it.</summary>
    Free = 1,
    Premium,
}

/// <summary>A user as the API shows them.</summary>
public sealed record UserProfile(
    Guid Id,
    string Email,
    string? DisplayName,
    IReadOnlyList<Role> Roles,
    Tier Tier,
    bool EmailVerified,
    bool MfaEnabled
);

/// <summary>GET /auth/me.</summary>
[Singleton]
public sealed class GetMe(Users users)
{
    public async Task<UserProfile> HandleAsync(CurrentUser user, CancellationToken ct) =>
        (await users.FindByIdAsync(user.Id, ct) ?? throw Problems.NotFound()).Profile;
}

/// <summary>PATCH /auth/me.</summary>
[Singleton]
public sealed class UpdateMe(Db db, Users users)
{
    [Example("""{"displayName": "Ada"}""")]
    public sealed record Request(string? DisplayName = null);

    public async Task<UserProfile> HandleAsync(CurrentUser user, Request request, CancellationToken ct)
    {
        var check = new Check();
        RegisterUser.CheckName(check, request.DisplayName);
        check.ThrowIfAny();
        var row = await db.InTransactionAsync(async tx =>
        {
            if (request.DisplayName is { } name) await users.SetDisplayNameAsync(tx, user.Id, name.Trim(), ct);
            return await users.FindByIdAsync(tx, user.Id, ct);
        }, ct);
        return row?.Profile ?? throw Problems.NotFound();
    }
}
