using AgentInvest.Bench;

// ./dev bench [name]; "peer" is how the bench starts the other side in a process of its own.
return args switch
{
    ["peer"] => await Peer.RunAsync(),
    [] => await HttpBench.RunAsync()
        | await AuthBench.RunAsync()
        | BooksBench.Run()
        | await BooksApiBench.RunAsync()
        | FinanceBench.Run()
        | await OptimizerBench.RunAsync(),
    ["http"] => await HttpBench.RunAsync(),
    ["auth"] => await AuthBench.RunAsync(),
    ["books"] => BooksBench.Run() | await BooksApiBench.RunAsync(),
    ["finance"] => FinanceBench.Run() | await OptimizerBench.RunAsync(),
    _ => Unknown(args[0]),
};

static int Unknown(string name)
{
    Console.Error.WriteLine($"There is no benchmark '{name}'; there are: http, auth, books, finance");
    return 2;
}
