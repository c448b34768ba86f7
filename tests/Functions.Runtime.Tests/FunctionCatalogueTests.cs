using Microsoft.AspNetCore.Http;

namespace AgentInvest.Functions.Runtime.Tests;

/// <summary>A function that would not be bound in Azure, or not here, stops the start and says which one and why.</summary>
public sealed class FunctionCatalogueTests
{
    [Theory]
    [InlineData(typeof(Unbound), "Function Unbound has a parameter 'service' (IServiceProvider) that nothing binds.")]
    [InlineData(typeof(UnnamedRoute), "Function UnnamedRoute has a parameter 'id' (String) that nothing binds.")]
    [InlineData(typeof(UnmarkedClient), "Function UnmarkedClient has a parameter 'client' (DurableTaskClient) that nothing binds.")]
    [InlineData(typeof(WrongClient), "Function WrongClient has a parameter 'client' (String) that nothing binds.")]
    [InlineData(typeof(OrchestratorWithMore), "Function OrchestratorWithMore has a parameter 'ct' (CancellationToken) that nothing binds.")]
    [InlineData(typeof(NoTrigger), "Function NoTrigger has 0 triggers; a function has one.")]
    [InlineData(typeof(TwoTriggers), "Function TwoTriggers has 2 triggers; a function has one.")]
    [InlineData(typeof(NotPublic), "Function NotPublic is not public.")]
    [InlineData(typeof(HttpAsText), "Function HttpAsText must take its HttpTrigger as HttpRequest.")]
    [InlineData(typeof(HttpOfText), "Function HttpOfText must return IResult, or a class with an [HttpResult] IResult.")]
    [InlineData(typeof(TimerAsText), "Function TimerAsText must take its TimerTrigger as TimerInfo.")]
    [InlineData(typeof(TimerNever), "Function TimerNever has the schedule 'never', which is no six-field NCRONTAB.")]
    [InlineData(typeof(OrchestratorAsText), "Function OrchestratorAsText must take its OrchestrationTrigger as TaskOrchestrationContext.")]
    [InlineData(typeof(OrchestratorOfText), "Function OrchestratorOfText must return a Task.")]
    [InlineData(typeof(OfValueTask), "Function OfValueTask must return a Task instead of a ValueTask.")]
    [InlineData(typeof(AsyncVoid), "Function AsyncVoid must return a Task instead of async void.")]
    public void What_cannot_be_bound_is_refused_by_name(Type functions, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => Catalogue(functions)).Message);

    [Fact]
    public void Names_are_unique_over_all_apps_whatever_their_case() =>
        Assert.Equal(
            "Two functions are named good; names are unique over all apps.",
            Assert.Throws<InvalidOperationException>(() => Catalogue(typeof(Good), typeof(AlsoGood))).Message
        );

    [Fact]
    public void A_function_is_found_by_its_name_among_those_of_its_kind()
    {
        var catalogue = Catalogue(typeof(Good));
        Assert.Equal("Good", catalogue.Find("GOOD", TriggerKind.Http)!.Name);
        Assert.Null(catalogue.Find("Good", TriggerKind.Activity));
        Assert.Equal("GoodTimer", Assert.Single(catalogue.Of(TriggerKind.Timer)).Name);
    }

    private static FunctionCatalogue Catalogue(params Type[] types)
    {
        var options = new LocalFunctionsOptions();
        foreach (var type in types) options.Assemblies.Add(new TypesAssembly(type));
        return new FunctionCatalogue(options);
    }

    private sealed class Good
    {
        [Function("Good")]
        public IResult Run(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "good/{id}/{*rest}")] HttpRequest request,
            string id,
            string rest,
            HttpContext http,
            FunctionContext context,
            [DurableClient] DurableTaskClient client,
            CancellationToken ct
        ) => Results.Ok();

        [Function("GoodTimer")]
        public void Tick(
            [TimerTrigger("00:01:00")] TimerInfo timer,
            [DurableClient] DurableTaskClient client,
            FunctionContext context,
            CancellationToken ct
        ) { }
    }

    private sealed class AlsoGood
    {
        [Function("good")]
        public int Run([ActivityTrigger] int input) => input;
    }

    private sealed class Unbound
    {
        [Function("Unbound")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x")] HttpRequest request, IServiceProvider service) =>
            Results.Ok();
    }

    private sealed class UnnamedRoute
    {
        [Function("UnnamedRoute")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{ident}")] HttpRequest request, string id) =>
            Results.Ok();
    }

    private sealed class UnmarkedClient
    {
        [Function("UnmarkedClient")]
        public void Run([TimerTrigger("00:01:00")] TimerInfo timer, DurableTaskClient client) { }
    }

    private sealed class WrongClient
    {
        [Function("WrongClient")]
        public void Run([TimerTrigger("00:01:00")] TimerInfo timer, [DurableClient] string client) { }
    }

    private sealed class OrchestratorWithMore
    {
        [Function("OrchestratorWithMore")]
        public Task Run([OrchestrationTrigger] TaskOrchestrationContext context, CancellationToken ct) => Task.CompletedTask;
    }

    private sealed class NoTrigger
    {
        [Function("NoTrigger")]
        public void Run() { }
    }

    private sealed class TwoTriggers
    {
        [Function("TwoTriggers")]
        public void Run([TimerTrigger("00:01:00")] TimerInfo timer, [ActivityTrigger] string input) { }
    }

    private sealed class NotPublic
    {
        [Function("NotPublic")]
        internal void Run([TimerTrigger("00:01:00")] TimerInfo timer) { }
    }

    private sealed class HttpAsText
    {
        [Function("HttpAsText")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x")] string body) => Results.Ok();
    }

    private sealed class HttpOfText
    {
        [Function("HttpOfText")]
        public Task<string> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x")] HttpRequest request) => Task.FromResult("");
    }

    private sealed class TimerAsText
    {
        [Function("TimerAsText")]
        public void Run([TimerTrigger("00:01:00")] string timer) { }
    }

    private sealed class TimerNever
    {
        [Function("TimerNever")]
        public void Run([TimerTrigger("never")] TimerInfo timer) { }
    }

    private sealed class OrchestratorAsText
    {
        [Function("OrchestratorAsText")]
        public Task Run([OrchestrationTrigger] string context) => Task.CompletedTask;
    }

    private sealed class OrchestratorOfText
    {
        [Function("OrchestratorOfText")]
        public string Run([OrchestrationTrigger] TaskOrchestrationContext context) => "";
    }

    private sealed class OfValueTask
    {
        [Function("OfValueTask")]
        public ValueTask<int> Run([ActivityTrigger] int input) => new(input);
    }

    private sealed class AsyncVoid
    {
        [Function("AsyncVoid")]
        public async void Run([TimerTrigger("00:01:00")] TimerInfo timer) => await Task.Yield();
    }
}
