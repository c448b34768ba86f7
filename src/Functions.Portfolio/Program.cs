using AgentInvest.Functions.Azure;
using AgentInvest.Functions.Portfolio;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.AddAzureWorker();
builder.Services.AddPortfolioApp(builder.Configuration);
builder.Build().Run();
