using AgentInvest.LocalHost;

try
{
    return args switch
    {
        ["down"] => await HostCommands.DownAsync(),
        ["reset"] => await HostCommands.ResetAsync(),
        ["migrate"] => await HostCommands.MigrateAsync(),
        ["openapi", var path] => await HostCommands.WriteOpenApiAsync(path),
        _ => await FunctionHost.RunAsync(args),
    };
}
catch (StartupException e)
{
    await Console.Error.WriteLineAsync($"AgentInvest cannot start: {e.Message}");
    return 1;
}
