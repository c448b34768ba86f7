using AgentInvest.Bench;

// ./dev bench [name]; "peer" is how the bench starts the other side in a process of its own.
return args switch
{
    ["peer"] => await Peer.RunAsync(),
    [] or ["http"] => await HttpBench.RunAsync(),
    ["optimizer"] => await OptimizerBench.RunAsync(),
    _ => Unknown(args[0]),
};

static int Unknown(string name)
{
    Console.Error.WriteLine($"There is no benchmark '{name}'; there are: http, optimizer");
    return 2;
}
