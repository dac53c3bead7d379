using System.Text.Json;
using Atelier.Abstractions.Jobs;

namespace Atelier.Abstractions.Tests.Jobs;

public sealed class AutoBatchTests
{
    private static readonly JobSpec Spec = new() { Model = "shapes", ModelDigest = new string('a', 64) };

    [Theory]
    [InlineData(16, "16")]
    [InlineData(null, "\"auto\"")]
    public void Json_OfABatchSize_IsANumberOrAuto(int? batchSize, string json)
    {
        var written = JsonSerializer.Serialize(Spec with { BatchSize = batchSize });

        Assert.Contains($"\"BatchSize\":{json},", written, StringComparison.Ordinal);
        Assert.Equal(batchSize, JsonSerializer.Deserialize<JobSpec>(written)!.BatchSize);
    }

    [Theory]
    [InlineData(16, "16")]
    [InlineData(null, "auto")]
    public void Text_OfABatchSize_IsReadBack(int? batchSize, string text)
    {
        Assert.Equal(text, AutoBatch.ToText(batchSize));
        Assert.Equal(batchSize, AutoBatch.Parse(text));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"16\"")]
    [InlineData("\"Auto\"")]
    [InlineData("1.5")]
    [InlineData("true")]
    public void Json_OfAnythingElse_IsRefused(string json)
    {
        var written = JsonSerializer.Serialize(Spec with { BatchSize = 7 }).Replace("\"BatchSize\":7", $"\"BatchSize\":{json}", StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<JobSpec>(written));
    }
}
