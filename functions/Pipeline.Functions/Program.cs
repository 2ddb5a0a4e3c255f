using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Pipeline;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddPipelineTelemetry(builder.Configuration);
PipelineApp.Configure(builder, builder.Configuration);
builder.Build().Run();
