using Atelier.Diffusion.Noise;

namespace Atelier.Diffusion.Tests.Noise;

public sealed class SampleSeedTests
{
    /// <summary>Published numbers: a change here changes every dataset.</summary>
    [Theory]
    [InlineData(0, 0, 0, 1389609246023119845)]
    [InlineData(42, 7, 3, 1764276354228017659)]
    [InlineData(ulong.MaxValue, 5_000_000_000, 1, 16886802003294874469)]
    public void Of_JobSeedRowAndOrdinal_NeverChanges(ulong jobSeed, long row, int ordinal, ulong expected) =>
        Assert.Equal(expected, SampleSeed.Of(jobSeed, row, rowSeed: null, ordinal));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(ulong.MaxValue, 0, ulong.MaxValue)]
    [InlineData(42, 3, 16440197380254509557)]
    public void Of_RowSeedAndOrdinal_NeverChanges(ulong rowSeed, int ordinal, ulong expected) =>
        Assert.Equal(expected, SampleSeed.Of(1, 2, rowSeed, ordinal));

    [Fact]
    public void Of_RowWithASeedOfItsOwn_DependsOnNeitherJobNorRow() =>
        Assert.Equal(SampleSeed.Of(1, 2, rowSeed: 9, ordinal: 4), SampleSeed.Of(3, 1L << 40, rowSeed: 9, ordinal: 4));

    [Theory]
    [InlineData(null)]
    [InlineData(9ul)]
    public void Of_ARecordedSeedGivenToARow_IsThatSeed(ulong? rowSeed)
    {
        var recorded = SampleSeed.Of(1, 2, rowSeed, ordinal: 4);

        Assert.Equal(recorded, SampleSeed.Of(3, 7, recorded, ordinal: 0));
    }

    [Fact]
    public void Of_ManyJobsRowsAndOrdinals_HasNoTwoAlike()
    {
        var seeds = new HashSet<ulong>();
        for (ulong job = 0; job < 5; job++)
            for (long row = 0; row < 200; row++)
                for (var ordinal = 0; ordinal < 5; ordinal++)
                {
                    Assert.True(seeds.Add(SampleSeed.Of(job, row, null, ordinal)));
                    Assert.True(seeds.Add(SampleSeed.Of(job, row << 32 | 1L << 62, null, ordinal)));
                }
        for (ulong own = 0; own < 200; own++) Assert.True(seeds.Add(SampleSeed.Of(0, 0, own, 0)));
    }
}
