using AgentInvest.Functions.Auth;
using AgentInvest.Functions.Azure;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.AddAzureWorker();
builder.Services.AddAuthApp(builder.Configuration);
builder.Build().Run();
