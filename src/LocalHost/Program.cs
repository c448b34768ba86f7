using AgentInvest.LocalHost;
using Azure;
using Azure.Identity;
using Microsoft.Extensions.Options;
using Npgsql;

try
{
    return args switch
    {
        ["status"] => await HostCommands.StatusAsync(),
        ["down"] => await HostCommands.DownAsync(),
        ["reset"] => await HostCommands.ResetAsync(),
        ["audit", "verify"] => await HostCommands.VerifyAuditAsync(),
        ["migrate"] => await HostCommands.MigrateAsync(),
        ["openapi", var path] => await HostCommands.WriteOpenApiAsync(path),
        [] or [['-', '-', ..], ..] => await FunctionHost.RunAsync(args),
        _ => throw new StartupException($"'{string.Join(' ', args)}' is no command; ./dev help lists them."),
    };
}
catch (Exception e)
    when (e
            is StartupException
                or OptionsValidationException
                or InvalidOperationException
                or IOException
                or UnauthorizedAccessException
                or NpgsqlException
                or RequestFailedException
                or AuthenticationFailedException
    )
{
    // What the owner can act on: a setting, a disk, a database, a storage account. Anything else is a bug and keeps its stack trace.
    await Console.Error.WriteLineAsync($"AgentInvest cannot start: {e.Message.Split('\n')[0]}");
    return 1;
}
