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
    private const string Stream = "text/event-stream";
    private const string Json = "application/json";

    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/events", Follow).WithTags("events").WithName("followEvents").WithSummary("Events of topics: jobs, fleet, job:NAME, with commas between them.")
            .Produces<string>(StatusCodes.Status200OK, Stream).ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status429TooManyRequests);
        api.MapGet("/jobs/{job}/events", FollowJobAsync).WithTags("events").WithName("followJob").WithSummary("Events of a job, until it has ended. With Accept: application/json, those that are known, as a list.")
            .Produces<string>(StatusCodes.Status200OK, Stream).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static ServerSentEventsResult<string> Follow(
        string? topics, string? after, [FromHeader(Name = LastEventId)] string? last, EventHub hub, JobStream stream, HttpContext context, CancellationToken cancellationToken)
    {
        var names = (topics ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count is 0 or > MaxTopics || names.Find(name => !EventTopics.Has(name)) is not null)
            throw new InvalidInputException($"topics is '{topics}'; allowed: {EventTopics.Jobs}, {EventTopics.Fleet}, {EventTopics.JobPrefix}NAME, up to {MaxTopics}, with commas between them");
        return names is [var name] && name.StartsWith(EventTopics.JobPrefix, StringComparison.Ordinal)
            ? OfJob(name[EventTopics.JobPrefix.Length..], last ?? after, hub, stream, context, cancellationToken)
            : Send(Open(hub.Subscribe(names, last ?? after), context).ReadAsync(cancellationToken), context);
    }

    private static async Task<Results<ServerSentEventsResult<string>, Ok<JobEventsView>, NoContent>> FollowJobAsync(
        string job, string? after, [FromHeader(Name = LastEventId)] string? last, EventHub hub, JobStream stream, JobEventReader events, JobReader reader, HttpContext context, CancellationToken cancellationToken)
    {
        var snapshot = await reader.ReadAsync(job, cancellationToken);
        if (IsForList(context.Request)) return TypedResults.Ok(await events.ReadAsync(job, last ?? after, cancellationToken));
        // Browsers come back for ever unless they are told so.
        if ((last ?? after) is { } known && snapshot.Progress.IsFinal && await stream.HasToldAllAsync(job, known, cancellationToken)) return TypedResults.NoContent();
        return OfJob(job, last ?? after, hub, stream, context, cancellationToken);
    }

    // Followed before the ring is read, so that nothing falls between the two.
    private static ServerSentEventsResult<string> OfJob(string job, string? after, EventHub hub, JobStream stream, HttpContext context, CancellationToken cancellationToken) =>
        Send(stream.ReadAsync(job, Open(hub.SubscribeToJob(job), context).ReadAsync(cancellationToken), after, cancellationToken), context);

    private static EventSubscription Open(EventSubscription? subscription, HttpContext context)
    {
        if (subscription is null) throw new ProblemException(StatusCodes.Status429TooManyRequests, "streams.too_many", "there are too many streams already");
        context.Response.OnCompleted(() =>
        {
            subscription.Dispose();
            return Task.CompletedTask;
        });
        return subscription;
    }

    private static ServerSentEventsResult<string> Send(IAsyncEnumerable<SseItem<string>> events, HttpContext context)
    {
        // A proxy would hold events back until it has many.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(events);
    }

    private static bool IsForList(HttpRequest request) => request.GetTypedHeaders().Accept is { Count: > 0 } types
        && types.Any(type => type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)) && !types.Any(type => type.MediaType.Equals(Stream, StringComparison.OrdinalIgnoreCase));
}
