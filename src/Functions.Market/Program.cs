using AgentInvest.Functions.Azure;
using AgentInvest.Functions.Market;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.AddAzureWorker();
builder.Services.AddMarketApp(builder.Configuration);
builder.Build().Run();
