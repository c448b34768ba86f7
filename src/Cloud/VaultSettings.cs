using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Cloud;

/// <summary>
/// Every enabled secret of a vault as a setting, <c>A--B</c> as <c>A:B</c>, read once at start: a changed secret takes a restart, and a
/// vault that cannot be read stops the start rather than leaving settings out.
/// </summary>
internal sealed class VaultSettings(SecretClient vault) : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load()
    {
        foreach (var secret in vault.GetPropertiesOfSecrets().Where(s => s.Enabled is not false))
            Data[secret.Name.Replace("--", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)] = vault
                .GetSecret(secret.Name)
                .Value.Value;
    }
}
