using AgentInvest.Auth;
using AgentInvest.Cloud;
using AgentInvest.Core;
using AgentInvest.Functions.Azure;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.AddAzure();
builder.UseMiddleware<PipelineMiddleware>();
builder.Services.AddCore(builder.Configuration).AddAuth(builder.Configuration);
builder.Build().Run();
