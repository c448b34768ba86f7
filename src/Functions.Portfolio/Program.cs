using AgentInvest.Cloud;
using AgentInvest.Functions.Azure;
using AgentInvest.Functions.Portfolio;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.AddAzure();
builder.UseMiddleware<PipelineMiddleware>();
builder.Services.AddPortfolioApp(builder.Configuration);
builder.Build().Run();
