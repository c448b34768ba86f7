using AgentInvest.AI;
using AgentInvest.Cloud;
using AgentInvest.Core;
using AgentInvest.Functions.Azure;
using AgentInvest.Market;
using AgentInvest.Portfolio;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.AddAzure();
builder.UseMiddleware<PipelineMiddleware>();
builder.Services.AddCore(builder.Configuration).AddMarket(builder.Configuration).AddPortfolio().AddAI();
builder.Build().Run();
