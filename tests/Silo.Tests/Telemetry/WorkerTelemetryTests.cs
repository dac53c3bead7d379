using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Silo.Telemetry;
using Atelier.Silo.Tests.Leasing;
using Atelier.Simulation;

namespace Atelier.Silo.Tests.Telemetry;

/// <summary>What others see of a job by metrics and traces.</summary>
public sealed class WorkerTelemetryTests
{
    private static readonly SimulationOptions Quick = new() { ImageSize = 8, Wait = (_, _) => { } };

    [Fact]
    public async Task Run_AJob_CountsItsSamplesStepsAndBytes()
    {
        var spec = WorkerCluster.Spec with { Model = $"model {Guid.NewGuid():N}" };
        var measured = new ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Atelier.Silo") self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary())));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary())));
        listener.Start();
        await using var cluster = new WorkerCluster(Quick);
        var job = await cluster.StartAsync(spec, "a", "b", $"c {SimulatedFaults.Throw}", "d", "e");
        Assert.Equal(JobStatus.Completed, (await WorkerCluster.EndAsync(job)).Status);

        // Other tests run beside this one; the model is this one's own.
        var own = measured.Where(one => spec.Model.Equals(one.Tags.GetValueOrDefault("model"))).ToList();
        Assert.Equal(4, Sum("atelier.samples", "drawn"));
        Assert.Equal(1, Sum("atelier.samples", "failed"));
        Assert.All(own.Where(one => one.Name == "atelier.samples"), one => Assert.Equal("job", one.Tags["job_id"]));
        // Three batches of up to two; that with the row that cannot be drawn is drawn in halves, and the row once more.
        Assert.Equal([0.5, 1, 1], own.Where(one => one.Name == "atelier.batch.fill.ratio").Select(one => one.Value).Order());
        Assert.InRange(own.Count(one => one.Name == "atelier.step.duration"), 30, 50);

        double Sum(string name, string outcome) => own.Where(one => one.Name == name && outcome.Equals(one.Tags["outcome"])).Sum(one => one.Value);
    }

    [Fact]
    public async Task Run_AJob_IsOneTraceFromItsCreationToEachPromotion()
    {
        using var source = new ActivitySource("Atelier.Test");
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = listened => listened.Name.StartsWith("Atelier.", StringComparison.Ordinal) || listened.Name == "Microsoft.Orleans.Application",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var cluster = new WorkerCluster(Quick);
        ActivityTraceId trace;
        IJobGrain job;
        using (var submit = source.StartActivity("submit"))
        {
            trace = submit!.TraceId;
            job = await cluster.StartAsync("a", "b", "c", "d", "e");
        }
        Assert.Equal(JobStatus.Completed, (await WorkerCluster.EndAsync(job)).Status);
        await cluster.StopAsync();

        var spans = ended.Where(span => span.TraceId == trace && span.Source.Name != "Microsoft.Orleans.Application").ToList();
        var byId = ended.DistinctBy(span => span.SpanId).ToDictionary(span => span.SpanId);
        // Two shards of two and one batches, and the closing.
        Assert.Equal(
            ["batch 3", "commit 2", "encode 3", "job 1", "lease 3", "model 2", "prepare 2", "probe 1", "promote 2", "shard 2", "submit 1", "upload 2"],
            spans.CountBy(span => span.OperationName).Select(count => $"{count.Key} {count.Value}").Order(StringComparer.Ordinal));
        Assert.All(spans.Where(span => span.OperationName is "batch" or "encode" or "upload"), span => Assert.Equal("shard", byId[span.ParentSpanId].OperationName));
        Assert.All(spans.Where(span => span.OperationName is "shard" or "commit" or "promote"), span => Assert.Equal("lease", byId[span.ParentSpanId].OperationName));
        Assert.All(spans.Where(span => span.OperationName == "lease"), span => Assert.Equal("job", byId[span.ParentSpanId].OperationName));
        Assert.Equal([null, "0", "1"], spans.Where(span => span.OperationName == "lease").Select(span => span.GetTagItem("atelier.shard")?.ToString()).Order());
    }

    [Fact]
    public void Lease_OfALateShard_HasATraceOfItsOwnThatLinksToTheJobs()
    {
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == "Atelier.Silo", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        var created = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        var trace = $"00-{created.TraceId}-{created.SpanId}-01";

        using (var early = WorkerTracing.Lease(Lease(WorkerTracing.ShardsOfTheJobsTrace - 1), "w"))
        {
            Assert.Equal(created.TraceId, early!.TraceId);
            Assert.Empty(early.Links);
        }
        using var late = WorkerTracing.Lease(Lease(WorkerTracing.ShardsOfTheJobsTrace), "w");
        Assert.NotEqual(created.TraceId, late!.TraceId);
        Assert.Equal(created.TraceId, Assert.Single(late.Links).Context.TraceId);

        WorkLease Lease(int shard) => new() { Id = Guid.NewGuid(), JobId = "job", Incarnation = Guid.Empty, Kind = WorkKind.Draw, Shard = shard, Duration = TimeSpan.Zero, Trace = trace };
    }

    [Fact]
    public void Of_MoreNamesThanALabelMayHave_AreOthers()
    {
        var names = new BoundedNames(2);
        Assert.Equal(["a", "b", "a", BoundedNames.Others, "b"], ((string[])["a", "b", "a", "c", "b"]).Select(names.Of));
    }
}
