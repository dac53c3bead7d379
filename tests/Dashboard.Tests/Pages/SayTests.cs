using Atelier.Dashboard.Pages;

namespace Atelier.Dashboard.Tests.Pages;

public sealed class SayTests
{
    [Theory]
    [InlineData(9_999, 10_000, "99.9 %")]
    [InlineData(10_000, 10_000, "100.0 %")]
    [InlineData(0, 10_000, "0.0 %")]
    [InlineData(0, 0, "\u2013")]
    public void Percent_IsNeverRoundedUp(double part, double whole, string words) => Assert.Equal(words, Say.Percent(part, whole));

    [Theory]
    [InlineData(0, 100, "0 %")]
    [InlineData(1, 1_000_000, "under 0.01 %")]
    [InlineData(3, 60, "5 %")]
    public void Share_IsNeverNothingWhereThereIsSomething(long part, long whole, string words) => Assert.Equal(words, Say.Share(part, whole));

    [Theory]
    [InlineData(30, "under a minute")]
    [InlineData(60 * 41, "0:41")]
    [InlineData(3600 * 27 + 60 * 5, "27:05")]
    public void Duration_IsHoursAndMinutes(int seconds, string words) => Assert.Equal(words, Say.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(1, "1 shard")]
    [InlineData(1_234_567, "1,234,567 shards")]
    public void Count_HasSeparatorsAndItsNoun(long number, string words) => Assert.Equal(words, Say.Count(number, "shard"));
}
