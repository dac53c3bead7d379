using System.Net.ServerSentEvents;
using Atelier.Abstractions;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Atelier.Dashboard.Events;

/// <summary>What happens, as it does: server-sent events.</summary>
internal static class EventsApi
{
    private const int MaxTopics = 100;
    private const string LastEventId = "Last-Event-ID";

    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/events", Follow).WithTags("events").WithName("followEvents").WithSummary("Events of topics: jobs, fleet, job:NAME, with commas between them.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream").ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status429TooManyRequests);
        api.MapGet("/jobs/{job}/events", FollowJobAsync).WithTags("events").WithName("followJob").WithSummary("Events of a job, until it has ended.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream").Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static ServerSentEventsResult<string> Follow(
        string? topics, string? after, [FromHeader(Name = LastEventId)] string? last, EventHub hub, HttpContext context, CancellationToken cancellationToken)
    {
        var names = (topics ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count is 0 or > MaxTopics || names.Find(name => !EventTopics.Has(name)) is not null)
            throw new InvalidInputException($"topics is '{topics}'; allowed: {EventTopics.Jobs}, {EventTopics.Fleet}, {EventTopics.JobPrefix}NAME, up to {MaxTopics}, with commas between them");
        return Stream(hub, context, names, last ?? after, cancellationToken);
    }

    private static async Task<Results<ServerSentEventsResult<string>, NoContent>> FollowJobAsync(
        string job, string? after, [FromHeader(Name = LastEventId)] string? last, EventHub hub, JobReader reader, HttpContext context, CancellationToken cancellationToken)
    {
        var snapshot = await reader.ReadAsync(job, cancellationToken);
        // Browsers come back for ever unless they are told so.
        if ((last ?? after) is { } known && snapshot.Progress.IsFinal && !hub.Owes(EventTopics.JobPrefix + job, known)) return TypedResults.NoContent();
        return Stream(hub, context, [EventTopics.JobPrefix + job], last ?? after, cancellationToken);
    }

    private static ServerSentEventsResult<string> Stream(EventHub hub, HttpContext context, IReadOnlyList<string> topics, string? after, CancellationToken cancellationToken)
    {
        var subscription = hub.Subscribe(topics, after) ?? throw new ProblemException(StatusCodes.Status429TooManyRequests, "streams.too_many", "there are too many streams already");
        context.Response.OnCompleted(() =>
        {
            subscription.Dispose();
            return Task.CompletedTask;
        });
        // A proxy would hold events back until it has many.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        IAsyncEnumerable<SseItem<string>> events = subscription.ReadAsync(cancellationToken);
        return TypedResults.ServerSentEvents(events);
    }
}
