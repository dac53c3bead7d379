using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;

namespace Atelier.Dataset.Tests.Jobs;

public sealed class JobPathsTests
{
    private static readonly Guid Attempt = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    [Fact]
    public void EveryPath_IsTheOneTheDesignNames()
    {
        Assert.Equal("job/job.json", JobPaths.Record("job"));
        Assert.Equal("job/plan.json", JobPaths.Plan("job"));
        Assert.Equal("job/batch.json", JobPaths.Batch("job"));
        Assert.Equal("job/numerics.json", JobPaths.Numerics("job"));
        Assert.Equal("job/prompts/00012.jsonl", JobPaths.Prompts("job", 12));
        Assert.Equal($"job/inputs/{new string('0', 64)}.png", JobPaths.Input("job", new string('0', 64)));
        Assert.Equal("job/ids/0f.bin", JobPaths.RowIds("job", 15));
        Assert.Equal("job/ids/index.json", JobPaths.RowIdIndex("job"));
        Assert.Equal("job/state/", JobPaths.States("job"));
        Assert.Equal("job/state/00007.json", JobPaths.State("job", 7));
        Assert.Equal("job/attempts/", AttemptFile.Folder("job"));
        Assert.Equal("job/attempts/00003/00112233445566778899aabbccddeeff.tar", JobPaths.AttemptTar("job", 3, Attempt));
        Assert.Equal("job/attempts/00003/00112233445566778899aabbccddeeff.parquet", JobPaths.AttemptParquet("job", 3, Attempt));
        Assert.Equal("job/shards/", JobPaths.Shards("job"));
        Assert.Equal("job/shards/00003.json", JobPaths.ShardStats("job", 3));
        Assert.Equal("job/shards/00003.tar", JobPaths.ShardTar("job", 3));
        Assert.Equal("job/shards/123456.parquet", JobPaths.ShardParquet("job", 123456));
        Assert.Equal("job/errors.jsonl", JobPaths.Errors("job"));
        Assert.Equal("job/summary.json", JobPaths.Summary("job"));
        Assert.Equal("job/README.md", JobPaths.Card("job"));
        Assert.Equal("job/contact-sheet.png", JobPaths.ContactSheet("job"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../../etc/passwd")]
    [InlineData("00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF")]
    [InlineData("00112233445566778899aabbccddeeff00112233445566778899aabbccddeef/")]
    public void Input_AnythingButASha256_IsRefused(string sha256) => Assert.Equal(
        $"'{sha256}' is not the SHA-256 of an input; allowed: 64 hexadecimal digits in lower case (Parameter 'sha256')",
        Assert.Throws<ArgumentException>(() => JobPaths.Input("job", sha256)).Message);

    [Theory]
    [InlineData(0, "000000000")]
    [InlineData(123, "000000123")]
    [InlineData(12_345_678_901, "12345678901")]
    public void SampleKey_HasNineDigitsOrMore(long sample, string key) => Assert.Equal(key, JobPaths.SampleKey(sample));
}
