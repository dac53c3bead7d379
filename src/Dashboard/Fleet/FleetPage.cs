using Atelier.Abstractions;
using Atelier.Abstractions.Fleet;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Pages;

namespace Atelier.Dashboard.Fleet;

/// <summary>The workers of the cluster, and what they are told.</summary>
internal static class FleetPage
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/fleet", ShowAsync);
        pages.MapGet("/fleet/live", Live);
        pages.MapPost("/fleet/order", OrderAsync);
        WorkerPage.Map(pages);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, FleetReader fleet, JobList list, ClusterLink cluster, CancellationToken cancellationToken)
    {
        var query = FleetQuery.Read(context.Request.Query);
        var state = await fleet.TryReadAsync(cancellationToken);
        var content = FleetTable.Of(query, state, (await list.ReadAllAsync(cancellationToken)).Jobs, cluster.IsWanted);
        return new PageResult("Fleet", content) { Section = "fleet", Live = state is null ? null : query.Url("/fleet/live") };
    }

    private static LiveResult Live(HttpContext context, FleetReader fleet, ShellReader shell)
    {
        var query = FleetQuery.Read(context.Request.Query);
        return new LiveResult(async cancellationToken =>
        {
            var parts = await shell.ReadPartsAsync(cancellationToken);
            if (await fleet.TryReadAsync(cancellationToken) is not { } state) return parts;
            return
            [
                .. parts,
                new LivePart("fleet-numbers", FleetTable.Numbers(state)),
                .. query.Choose(state).Select(one => new LivePart(WorkerRow.Id(one.Worker), WorkerRow.Of(one.Silo, one.Worker))),
            ];
        });
    }

    private static async Task<IResult> OrderAsync(HttpContext context, FleetSteering steering, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var told = FleetSteering.Orders.FirstOrDefault(one => one.Word == form["order"].ToString());
        if (told.Word is null) throw new InvalidInputException($"order is '{form["order"]}'; allowed: {string.Join(", ", FleetSteering.Orders.Select(one => one.Word))}");
        var target = form["target"].ToString();
        if (target.Length == 0) throw new InvalidInputException("target is missing; allowed: name or id of a worker, or address of a silo");
        await steering.OrderAsync(target, told, null, Caller.Of(context), cancellationToken);
        return SeeOther.To(form["here"].ToString() is ['/', 'f', 'l', 'e', 'e', 't', '/', ..] here && Guid.TryParse(here["/fleet/".Length..], out _) ? here : "/fleet");
    }
}

/// <summary>Which workers are shown.</summary>
internal sealed record FleetQuery(string? State, string? Q)
{
    public static IReadOnlyList<string> States { get; } = ["busy", "idle", "cordoned", "draining", "in trouble"];

    public static FleetQuery Read(IQueryCollection query) => new(
        States.Contains(query["state"].ToString()) ? query["state"].ToString() : null,
        query["q"].ToString().Trim() is { Length: > 0 and <= 200 } text ? text : null);

    public string Url(string path) => $"{path}?state={Uri.EscapeDataString(State ?? "")}&q={Uri.EscapeDataString(Q ?? "")}";

    public IReadOnlyList<(SiloState Silo, WorkerState Worker)> Choose(FleetState fleet) =>
    [
        .. fleet.Silos.SelectMany(silo => silo.Workers.Select(worker => (silo, worker)))
            .Where(one => State is null || StateOf(one.worker) == State || (State == "in trouble" && one.worker.LastError is not null))
            .Where(one => Q is null || Texts(one.silo, one.worker).Any(text => text.Contains(Q, StringComparison.OrdinalIgnoreCase))),
    ];

    public static string StateOf(WorkerState worker) => worker switch
    {
        { Order: WorkerOrder.Draining } => "draining",
        { Order: WorkerOrder.Cordoned } => "cordoned",
        { JobId: not null } => "busy",
        _ => "idle",
    };

    private static IEnumerable<string> Texts(SiloState silo, WorkerState worker) => [silo.Silo, worker.Worker.Name, worker.Worker.Device, worker.Model ?? "", worker.JobId ?? ""];
}
