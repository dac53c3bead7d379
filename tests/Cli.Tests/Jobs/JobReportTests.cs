using System.Text.Json;
using Atelier.Abstractions.Jobs;
using Atelier.Cli.Jobs;

namespace Atelier.Cli.Tests.Jobs;

public sealed class JobReportTests
{
    private static readonly JobProgress Running = new() { JobId = "six", Status = JobStatus.Running, Samples = 12, Shards = 3, ShardSize = 4 };

    [Theory]
    [InlineData(8, "batch     8 samples; shards of 4 samples", "8")]
    [InlineData(1, "batch     1 sample; shards of 4 samples", "1")]
    [InlineData(null, "batch     auto, not known yet; shards of 4 samples", "null")]
    public void Report_OfARunningJob_HasItsBatchSize(int? batchSize, string line, string json)
    {
        var job = Running with { BatchSize = batchSize };

        Assert.Contains(line, JobReport.ToLines(job));
        Assert.Equal(json, JsonElement.Parse(JobReport.ToJson(job)).GetProperty("batch_size").GetRawText());
    }
}
