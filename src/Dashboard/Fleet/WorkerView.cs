using Atelier.Abstractions.Fleet;

namespace Atelier.Dashboard.Fleet;

/// <summary>A worker, and what it does.</summary>
/// <param name="Id">By which it is told something.</param>
/// <param name="Name">Machine, process and number.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda:N</c>.</param>
/// <param name="Silo">Where it lives.</param>
/// <param name="Model">The model it has loaded; null before the first.</param>
/// <param name="ModelDigest">Its digest.</param>
/// <param name="Job">The job it works on; null when it has no work.</param>
/// <param name="Shard">The shard it draws.</param>
/// <param name="Batch">The batch of the shard, from 0.</param>
/// <param name="Step">The denoising step of the batch, from 0.</param>
/// <param name="ImagesPerSecond">Images drawn a second.</param>
/// <param name="LastError">What last went wrong.</param>
/// <param name="Order">What it is told.</param>
internal sealed record WorkerView(
    Guid Id, string Name, string Device, string Silo, string? Model, string? ModelDigest, string? Job, int? Shard, int? Batch, int? Step, double ImagesPerSecond, string? LastError, WorkerOrder Order)
{
    /// <summary>All workers of a fleet.</summary>
    public static IReadOnlyList<WorkerView> Of(FleetState fleet) => [.. fleet.Silos.SelectMany(silo => silo.Workers.Select(worker => new WorkerView(
        worker.Worker.Id, worker.Worker.Name, worker.Worker.Device, silo.Silo, worker.Model, worker.Worker.ModelDigest, worker.JobId, worker.Shard, worker.Batch, worker.Step,
        Math.Round(worker.ImagesPerSecond, 3), worker.LastError, worker.Order)))];
}
