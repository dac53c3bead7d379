using Atelier.Abstractions;
using Atelier.Dashboard;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Health;
using Atelier.ServiceDefaults;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    builder.AddServiceDefaults("atelier-dashboard");
    builder.Services.AddHealthChecks().AddCheck<ClusterCheck>("cluster", tags: [TelemetryHosting.Ready]);
    await using var cluster = ClusterClient.From(builder.Configuration);
    await using var app = DashboardHost.Build(builder, DashboardSettings.Read(builder.Configuration, cluster));
    await app.RunAsync();
    return 0;
}
catch (Exception refused) when (refused is InvalidInputException or FormatException)
{
    await Console.Error.WriteLineAsync(refused.Message);
    return 2;
}
