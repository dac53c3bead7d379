using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Pages;

/// <summary>
/// The changes of a page as server-sent events: <c>hello</c> at once, <c>html</c> with an element whenever it is another, <c>ping</c> with the time when nothing else is said.
/// They are the same for all who look at an address, and read and rendered once for all of them.
/// Each stream begins with all parts that differ from what the page was made with, so nothing is missed between two of them.
/// </summary>
/// <param name="read">The parts as they are now.</param>
internal sealed class LiveResult(Func<CancellationToken, Task<IReadOnlyList<LivePart>>> read) : IResult
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(StreamAsync(httpContext.RequestServices, $"{httpContext.Request.Path}{httpContext.Request.QueryString}", httpContext.RequestAborted)).ExecuteAsync(httpContext);
    }

    private async IAsyncEnumerable<SseItem<string>> StreamAsync(IServiceProvider services, string address, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (pages, time) = (services.GetRequiredService<LivePages>(), services.GetRequiredService<TimeProvider>());
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        yield return new SseItem<string>(services.GetRequiredService<Assets>().Version, "hello");
        var sent = new Dictionary<string, string>(StringComparer.Ordinal);
        var spoken = time.GetTimestamp();
        while (!ends.IsCancellationRequested)
        {
            foreach (var (id, html) in await TryReadAsync(pages, address, ends.Token))
            {
                if (sent.GetValueOrDefault(id) == html) continue;
                sent[id] = html;
                spoken = time.GetTimestamp();
                yield return new SseItem<string>(html, "html");
            }
            if (time.GetElapsedTime(spoken) >= Quiet)
            {
                spoken = time.GetTimestamp();
                yield return new SseItem<string>(time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), "ping");
            }
            await Task.Delay(Period, time, ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (stopping.IsCancellationRequested) yield return new SseItem<string>("", "bye");
    }

    // What cannot be read now stays on the page as it is, and grows old there.
    private async Task<IReadOnlyList<(string Id, string Html)>> TryReadAsync(LivePages pages, string address, CancellationToken cancellationToken)
    {
        try
        {
            return await pages.GetAsync(address, read, cancellationToken);
        }
        catch (Exception silent) when (silent is ClusterUnreachableException or IOException or ProblemException or InvalidInputException or InvalidDataException or OperationCanceledException)
        {
            return [];
        }
    }
}
