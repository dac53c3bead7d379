using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Client;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Json;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.History;

namespace Atelier.Dashboard.Events;

/// <summary>
/// The events of a job: <c>job</c>, all of how it stands, once a second at most; <c>state</c>, what was decided about it or came of that; <c>error</c>, what went wrong;
/// <c>shards</c>, which of them stand elsewhere; <c>rate</c>, how fast it was; and <c>end</c>. This is the one place that follows jobs of the cluster: it watches how the job stands and what its grain's ring has, once however many look.
/// </summary>
internal sealed class JobFeed(ClusterLink cluster, JobReader reader, JobLook look, TimeProvider time)
{
    // Who reads the topic is the hub, which never waits.
    private const int MaxWaiting = 1000;

    // Without a cluster, somebody may be copying files into the store.
    private static readonly TimeSpan StorePeriod = TimeSpan.FromSeconds(5);

    /// <summary>What happens to a job, until nothing can.</summary>
    public async IAsyncEnumerable<TopicEvent> ReadAsync(string job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (cluster.Client is null)
        {
            var stored = await StoredAsync(job, cancellationToken);
            yield return State(stored);
            if (stored.IsFinal)
            {
                yield return End(job, stored.Status);
                yield break;
            }
            await Task.Delay(StorePeriod, time, cancellationToken);
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var told = Channel.CreateBounded<TopicEvent>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
        var telling = Task.Run(() => TellAsync(cluster.Client, job, told.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var happened in told.Reader.ReadAllAsync(cancellationToken)) yield return happened;
        }
        finally
        {
            await stop.CancelAsync();
            await telling;
        }
    }

    // Never throws: what goes wrong, the reader is told.
    private async Task TellAsync(AtelierClient client, string job, ChannelWriter<TopicEvent> writer, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            var ring = new JobRing(client, job, time);
            // Before the job is looked at: what happened until then its state has, and what happens later the ring.
            await ring.BeginAsync(cancellationToken);
            using var followed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var following = FollowAsync(ring, writer, followed.Token);
            var status = JobStatus.Unknown;
            var moves = new ShardMoves(job, cancel => look.ShardsAsync(job, cancel));
            var rates = new RateMoves(job, (since, cancel) => look.RatesAsync(job, since, RateSpans.Shortest, cancel), time);
            await foreach (var progress in Throttling.EverySecondAsync(client.WatchAsync(job, cancellationToken), time, cancellationToken))
            {
                status = progress.Status;
                await writer.WriteAsync(State(progress), cancellationToken);
                if (await moves.NextAsync(cancellationToken) is { } moved) await writer.WriteAsync(moved, cancellationToken);
                if (await rates.NextAsync(cancellationToken) is { } fast) await writer.WriteAsync(fast, cancellationToken);
            }
            await followed.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var happened in await ring.RestAsync(cancellationToken)) await writer.WriteAsync(happened, cancellationToken);
            await writer.WriteAsync(End(job, status), cancellationToken);
        }
#pragma warning disable CA1031 // It ends the reader's stream, which is where it is looked at.
        catch (Exception lost)
#pragma warning restore CA1031
        {
            failure = lost;
        }
        writer.TryComplete(failure);
    }

    private static async Task FollowAsync(JobRing ring, ChannelWriter<TopicEvent> writer, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in ring.FollowAsync(cancellationToken)) await writer.WriteAsync(happened, cancellationToken);
        }
        catch (InvalidInputException)
        {
            // It is being deleted, which its status says.
        }
        catch (Exception lost) when (lost is not OperationCanceledException)
        {
            writer.TryComplete(lost);
        }
    }

    private TopicEvent State(JobProgress progress) => new("job", Json(JobProgressView.Of(progress, time.GetUtcNow())), IsState: true);

    private static TopicEvent End(string job, JobStatus status) => new("end", Json(new EndOfJob(job, status)), IsKept: true);

    private async Task<JobProgress> StoredAsync(string job, CancellationToken cancellationToken)
    {
        try
        {
            return (await reader.ReadAsync(job, cancellationToken)).Progress;
        }
        catch (ProblemException)
        {
            return new JobProgress { JobId = job, Status = JobStatus.Unknown };
        }
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, ApiJson.Options);
}

/// <summary>That nothing more comes of a job.</summary>
internal sealed record EndOfJob(string Job, JobStatus Status);
