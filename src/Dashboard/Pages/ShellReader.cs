using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Jobs;

namespace Atelier.Dashboard.Pages;

/// <summary>Reads what every page shows around its content.</summary>
internal sealed class ShellReader(ClusterLink cluster, JobList list, Assets assets, TimeProvider time)
{
    public async Task<ShellLook> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var (state, attention) = await ReadAsync(cancellationToken);
        var here = $"{context.Request.Path}{context.Request.QueryString}";
        return new ShellLook
        {
            Title = "",
            Who = Caller.Of(context),
            Theme = Preferences.ThemeOf(context),
            Here = HttpMethods.IsGet(context.Request.Method) ? here : "/jobs",
            Assets = assets,
            Cluster = state,
            Attention = attention,
            AsOf = time.GetUtcNow(),
        };
    }

    /// <summary>The parts of it that change.</summary>
    public async Task<IReadOnlyList<LivePart>> ReadPartsAsync(CancellationToken cancellationToken)
    {
        var (state, attention) = await ReadAsync(cancellationToken);
        return [new LivePart("notice", Notice.Of(state)), new LivePart("attention", AttentionLine.Of(attention))];
    }

    // A page that shows why the store cannot be read has the same header as others.
    private async Task<(ClusterLook, IReadOnlyList<Attention>)> ReadAsync(CancellationToken cancellationToken)
    {
        if (!cluster.IsWanted) return (ClusterLook.None, []);
        try
        {
            var all = await list.ReadAllAsync(cancellationToken);
            return (all.IsLive ? ClusterLook.Live : ClusterLook.Silent, all.IsLive ? [.. all.Jobs.Select(AttentionOf).OfType<Attention>()] : []);
        }
        catch (IOException)
        {
            return (cluster.Client is null ? ClusterLook.Silent : ClusterLook.Live, []);
        }
    }

    private static Attention? AttentionOf(JobListing job)
    {
        var state = JobStates.Of(job);
        return Advice.IsNeeded(state)
            ? new Attention(job.JobId, state, job.Message ?? "work was set aside", Advice.For(state, job.Message is null ? null : job.Code, job.Message))
            : null;
    }
}
