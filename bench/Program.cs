using AgentInvest.Bench;

// ./dev bench [name]; "peer" is how the bench starts the other side in a process of its own.
return args switch
{
    ["peer"] => await Peer.RunAsync(),
    [] => await HttpBench.RunAsync() | FinanceBench.Run(),
    ["http"] => await HttpBench.RunAsync(),
    ["finance"] => FinanceBench.Run(),
    _ => Unknown(args[0]),
};

static int Unknown(string name)
{
    Console.Error.WriteLine($"There is no benchmark '{name}'; there are: http, finance");
    return 2;
}
