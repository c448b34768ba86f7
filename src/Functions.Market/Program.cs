using AgentInvest.Market;
using AgentInvest.Core;
using AgentInvest.Functions.Azure;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<PipelineMiddleware>();
builder.Services.AddCore(builder.Configuration).AddMarket(builder.Configuration);
builder.Build().Run();
