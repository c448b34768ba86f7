using AgentInvest.Functions.AI;
using AgentInvest.Functions.Azure;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.AddAzureWorker();
builder.Services.AddAIApp(builder.Configuration);
builder.Build().Run();
