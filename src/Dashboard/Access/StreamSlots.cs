using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Access;

/// <summary>Counts the open streams of events of each key and each person.</summary>
internal sealed class StreamSlots(RequestDelegate next, DashboardOptions options)
{
    private const int RetryAfterSeconds = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private int _all;

    public async Task InvokeAsync(HttpContext context)
    {
        if (Caller.GrantOf(context) is not { Bucket: { } key } || !IsStream(context))
        {
            await next(context);
            return;
        }
        if (!TryTake(key))
        {
            context.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
            await ProblemBody.WriteAsync(context, StatusCodes.Status429TooManyRequests, "streams.too_many", $"this key has {options.Limits.Streams} streams open already, or there are too many in all");
            return;
        }
        try
        {
            await next(context);
        }
        finally
        {
            Return(key);
        }
    }

    private bool TryTake(string key)
    {
        lock (_gate)
        {
            var open = _open.GetValueOrDefault(key);
            if (open >= options.Limits.Streams || _all >= options.Limits.AllStreams) return false;
            (_open[key], _all) = (open + 1, _all + 1);
            return true;
        }
    }

    private void Return(string key)
    {
        lock (_gate)
        {
            _all--;
            if (--_open[key] == 0) _open.Remove(key);
        }
    }

    // The API's streams, and those of the changes of pages.
    private static bool IsStream(HttpContext context) => context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } path }
        && (path.StartsWith(ApiHosting.Root, StringComparison.Ordinal) ? path.EndsWith("/events", StringComparison.Ordinal) : path.EndsWith("/live", StringComparison.Ordinal) && !path.Contains("health", StringComparison.Ordinal));
}
