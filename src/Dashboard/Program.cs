using Atelier.Abstractions;
using Atelier.Dashboard;
using Atelier.Dashboard.Cluster;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    await using var cluster = ClusterClient.From(builder.Configuration);
    await using var app = DashboardHost.Build(builder, DashboardSettings.Read(builder.Configuration, cluster));
    await app.RunAsync();
    return 0;
}
catch (InvalidInputException refused)
{
    await Console.Error.WriteLineAsync(refused.Message);
    return 2;
}
