namespace Atelier.Dashboard.Health;

/// <summary>How the program is.</summary>
/// <param name="Status"><c>live</c>, <c>ready</c> or <c>waiting</c>.</param>
/// <param name="Reason">What it waits for; null when for nothing.</param>
internal sealed record HealthState(string Status, string? Reason);
