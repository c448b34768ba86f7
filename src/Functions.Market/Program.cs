using AgentInvest.Cloud;
using AgentInvest.Functions.Azure;
using AgentInvest.Functions.Market;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.AddAzure();
builder.UseMiddleware<PipelineMiddleware>();
builder.Services.AddMarketApp(builder.Configuration);
builder.Build().Run();
