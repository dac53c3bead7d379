using System.Text.Json;
using Atelier.Abstractions.Jobs;

namespace Atelier.Abstractions.Tests.Jobs;

public sealed class SizeChoiceTests
{
    private static readonly JobSpec Spec = new() { Model = "shapes", ModelDigest = new string('a', 64) };

    public static TheoryData<string, string> Choices => new() { { "16", "16" }, { "auto", "\"auto\"" }, { "by-job", "\"by-job\"" } };

    [Fact]
    public void OfASpecThatSaysNothing_IsTheJobs() =>
        Assert.Equal((SizeChoice.ByJob, SizeChoice.ByJob, true), (Spec.BatchSize, Spec.ShardSize, default(SizeChoice).IsByJob));

    [Theory]
    [MemberData(nameof(Choices))]
    public void Json_IsANumberOrAWord(string text, string json)
    {
        var choice = SizeChoice.Parse(text);

        var written = JsonSerializer.Serialize(Spec with { BatchSize = choice });

        Assert.Contains($"\"BatchSize\":{json},", written, StringComparison.Ordinal);
        Assert.Equal(choice, JsonSerializer.Deserialize<JobSpec>(written)!.BatchSize);
        Assert.Equal(text, choice.ToString());
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
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<JobSpec>(written));
    }

    [Fact]
    public void Parse_OfAnythingElse_IsRefused() => Assert.Throws<FormatException>(() => SizeChoice.Parse("some"));
}
