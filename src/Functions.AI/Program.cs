using AgentInvest.Cloud;
using AgentInvest.Functions.AI;
using AgentInvest.Functions.Azure;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.AddAzure();
builder.UseMiddleware<PipelineMiddleware>();
builder.Services.AddAIApp(builder.Configuration);
builder.Build().Run();
