using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Samples;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Atelier.Dashboard.Tests.Samples;

public sealed class GalleryQueryTests
{
    private static readonly GallerySample Drawn = new(7, "000000007", 3, "cat-3", "a Red circle", ulong.MaxValue, 3, 64, 64, "ab", null);
    private static readonly GallerySample Failed = Drawn with { PixelSha256 = null, Width = null, Height = null, ErrorCode = "non-finite" };

    [Theory]
    [InlineData("?q=red", true, true)]
    [InlineData("?q=id:cat-3", true, true)]
    [InlineData("?q=id:cat", false, false)]
    [InlineData("?q=seed:18446744073709551615", true, true)]
    [InlineData("?q=seed:9", false, false)]
    [InlineData("?status=failed", false, true)]
    [InlineData("?status=drawn", true, false)]
    [InlineData("?status=failed&code=other", false, false)]
    public void Matches_TakesTextIdsSeedsAndOutcomes(string address, bool drawn, bool failed) => Assert.Equal((drawn, failed), (Read(address).Matches(Drawn), Read(address).Matches(Failed)));

    [Theory]
    [InlineData("?q=row:40", 80)]
    [InlineData("?from=1,234", 1234)]
    [InlineData("?from=999999999", 1600)]
    [InlineData("?from=-1", 0)]
    public void Within_TurnsRowsIntoSamples_AndStaysInTheJob(string address, long first) =>
        Assert.Equal(first, Read(address).Within(new JobPlan { Rows = 1000, ImagesPerPrompt = 2, ShardSize = 10, BatchSize = 2, ChunkRows = 1000 }).From);

    private static GalleryQuery Read(string address) => GalleryQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(address)));
}
