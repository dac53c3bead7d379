using System.Text.Json;
using Atelier.Abstractions.Jobs;

namespace Atelier.Abstractions.Tests.Jobs;

public sealed class AutoBatchTests
{
    private static readonly JobPlan Plan = new() { Rows = 1, ImagesPerPrompt = 1, ShardSize = 4, BatchSize = 7, ChunkRows = 1000 };

    [Theory]
    [InlineData(16, "16", "16")]
    [InlineData(null, "\"auto\"", "auto")]
    public void Json_OfAPlansBatchSize_IsANumberOrAuto(int? batchSize, string json, string text)
    {
        var written = JsonSerializer.Serialize(Plan with { BatchSize = batchSize });

        Assert.Contains($"\"BatchSize\":{json},", written, StringComparison.Ordinal);
        Assert.Equal(batchSize, JsonSerializer.Deserialize<JobPlan>(written)!.BatchSize);
        Assert.Equal(text, AutoBatch.ToText(batchSize));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"16\"")]
    [InlineData("\"by-job\"")]
    [InlineData("1.5")]
    [InlineData("true")]
    public void Json_OfAnythingElse_IsRefused(string json)
    {
        var written = JsonSerializer.Serialize(Plan).Replace("\"BatchSize\":7", $"\"BatchSize\":{json}", StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<JobPlan>(written));
    }
}
