using Atelier.Cli.Dashboards;
using Atelier.Cli.Jobs;
using Atelier.Silo.Hosting;

namespace Atelier.Cli.Run;

/// <summary>A checked request to make a dataset on this machine.</summary>
/// <param name="Request">What to make.</param>
/// <param name="Output">Absolute path of the job folder.</param>
/// <param name="Workers">Workers to run.</param>
/// <param name="Devices">The device of each.</param>
/// <param name="Dashboard">The page that shows the job while it is drawn; null where none is wanted.</param>
/// <param name="Verbose">Whether the log goes to standard error.</param>
internal sealed record RunSettings(JobRequest Request, string Output, WorkerOptions Workers, IReadOnlyList<string> Devices, DashboardRequest? Dashboard, bool Verbose);
