using System.Globalization;
using Atelier.Dataset.RowIds;

namespace Atelier.Dataset.Tests.RowIds;

public sealed class RowIdBucketsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(600_000)]
    public void Sorted_OfAsManyRowsAsFitIntoMemoryOrMore_GivesEachOnceAndInOrder(int count)
    {
        using var buckets = new RowIdBuckets();
        for (var row = 0; row < count; row++) buckets.Add(Id(row), row);

        var (seen, last) = (new bool[count], default(RowIdEntry?));
        for (var bucket = 0; bucket < 256; bucket++)
        {
            var entries = buckets.Sorted(bucket);
            Assert.Equal(entries.Length == 0, buckets.IsEmpty(bucket));
            foreach (var entry in entries)
            {
                if (last is { } before && before.CompareTo(entry) >= 0) Assert.Fail($"{before} is before {entry}");
                if (RowIdEntry.BucketOf(entry.Hash) != bucket || entry.Hash != RowIdEntry.HashOf(Id(entry.Row))) Assert.Fail($"{entry} is in bucket {bucket}");
                Assert.False(seen[entry.Row]);
                (seen[entry.Row], last) = (true, entry);
            }
        }
        Assert.All(seen, Assert.True);
        Assert.Equal(count, buckets.Count);
    }

    private static string Id(long row) => row.ToString(CultureInfo.InvariantCulture);
}
