namespace Atelier.Cli.Dashboards;

/// <summary>A dashboard that the user wants.</summary>
/// <param name="Port">Its port, 0 for any; null where that is left open.</param>
internal sealed record DashboardRequest(int? Port);
