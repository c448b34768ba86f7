using AgentInvest.Core;

namespace AgentInvest.Auth.Accounts;

/// <summary>A user as the API shows them.</summary>
public sealed record UserProfile(Guid Id, string Email, string? DisplayName, IReadOnlyList<string> Roles, string Tier, bool EmailVerified, bool MfaEnabled)
{
    internal const string Columns = "id, email, display_name, roles, tier, verified_at is not null";

    internal static UserProfile Read(Npgsql.NpgsqlDataReader r) => new(r.GetGuid(0), r.GetString(1), r.Text(2), r.GetFieldValue<string[]>(3), r.GetString(4), r.GetBoolean(5), false);
}

/// <summary>GET /auth/me.</summary>
public sealed class GetMe(Db db)
{
    public async Task<UserProfile> HandleAsync(CurrentUser user, CancellationToken ct) =>
        await db.OneAsync($"select {UserProfile.Columns} from auth.users where id = $1", UserProfile.Read, ct, user.Id) ?? throw Problems.NotFound();
}

/// <summary>PATCH /auth/me.</summary>
public sealed class UpdateMe(Db db)
{
    public sealed record Request(string? DisplayName);

    public async Task<UserProfile> HandleAsync(CurrentUser user, Request request, CancellationToken ct)
    {
        var check = new Check();
        RegisterUser.CheckName(check, request.DisplayName);
        check.ThrowIfAny();
        return await db.OneAsync($"update auth.users set display_name = coalesce($2::text, display_name) where id = $1 returning {UserProfile.Columns}", UserProfile.Read, ct, user.Id, request.DisplayName?.Trim())
            ?? throw Problems.NotFound();
    }
}
