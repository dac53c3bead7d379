using Atelier.Abstractions.Fleet;
using Atelier.Dashboard.Pages;
using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Fleet;

/// <summary>One worker: what it does, and what it is told.</summary>
internal static class WorkerPage
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/fleet/{worker:guid}", ShowAsync);
        pages.MapGet("/fleet/{worker:guid}/live", Live);
    }

    /// <summary>Where it is.</summary>
    public static string Url(WorkerState worker) => $"/fleet/{worker.Worker.Id}";

    private static async Task<IResult> ShowAsync(Guid worker, FleetReader fleet, CancellationToken cancellationToken)
    {
        if (await fleet.TryReadAsync(cancellationToken) is not { } state)
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, ProblemCodes.ClusterUnreachable, "no silo answers, so nothing is known of its workers");
        var (silo, found) = Find(state, worker) ?? throw ProblemException.NotFound("worker.unknown", "no silo has reported this worker lately; a worker that was started again has a new address");
        return new PageResult(found.Worker.Name, WorkerSheet.Of(state, silo, found)) { Section = "fleet", Live = $"{Url(found)}/live" };
    }

    // A worker that is gone stays as it was, with its age.
    private static LiveResult Live(Guid worker, FleetReader fleet, ShellReader shell) => new(async cancellationToken =>
    {
        var parts = await shell.ReadPartsAsync(cancellationToken);
        return await fleet.TryReadAsync(cancellationToken) is { } state && Find(state, worker) is var (silo, found)
            ? [.. parts, new LivePart("worker", WorkerSheet.Part(state, silo, found))]
            : parts;
    });

    private static (SiloState Silo, WorkerState Worker)? Find(FleetState fleet, Guid worker)
    {
        foreach (var silo in fleet.Silos)
            if (silo.Workers.FirstOrDefault(one => one.Worker.Id == worker) is { } found) return (silo, found);
        return null;
    }
}
