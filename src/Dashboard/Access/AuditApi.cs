using System.Globalization;
using Atelier.Abstractions;
using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Access;

/// <summary>Who did what.</summary>
internal static class AuditApi
{
    /// <summary>How many lines a page has.</summary>
    public const int Window = 200;

    private const int MaxLimit = 1000;
    private const int MaxName = 40;

    public static void MapAudit(this IEndpointRouteBuilder api) => api.MapGet("/audit", AnswerAsync).WithName("readAudit")
        .WithSummary("Who did what on a day, newest first.").ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    /// <summary>Lines of a day.</summary>
    /// <param name="store">The store.</param>
    /// <param name="day">The day, as <c>2026-02-28</c>; null for today.</param>
    /// <param name="before">Goes on from an earlier answer.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">A value is not allowed.</exception>
    public static async Task<AuditView> ReadAsync(IStore store, string? day, string? before, int limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var chosen = DateOnly.FromDateTime(now.UtcDateTime);
        if (day is not null && !DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out chosen))
            throw new InvalidInputException($"day is '{day}'; allowed: a day in UTC, such as {now.UtcDateTime:yyyy-MM-dd}");
        if (limit is < 1 or > MaxLimit) throw new InvalidInputException($"limit is '{limit}'; allowed: 1 to {MaxLimit}");
        if (before is { Length: > MaxName }) throw new InvalidInputException("before is not what an earlier answer had as 'next'");
        var lines = await AuditFiles.ReadDayAsync(store, chosen, before, limit, cancellationToken);
        return new AuditView(chosen, [.. lines.Select(one => one.Line)], lines.Count == limit ? lines[^1].Name : null);
    }

    private static async Task<Ok<AuditView>> AnswerAsync(IStore store, TimeProvider time, string? day, string? before, int? limit, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ReadAsync(store, day, before, limit ?? Window, time.GetUtcNow(), cancellationToken));
}

/// <summary>Who did what on a day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Data">Newest first.</param>
/// <param name="Next">For the parameter <c>before</c> of the next request; null at the day's beginning.</param>
internal sealed record AuditView(DateOnly Day, IReadOnlyList<AuditLine> Data, string? Next);
