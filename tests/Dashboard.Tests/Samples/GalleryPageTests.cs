using System.Text.RegularExpressions;

namespace Atelier.Dashboard.Tests.Samples;

public sealed partial class GalleryPageTests(StoreDashboard dashboard) : IClassFixture<StoreDashboard>
{
    [Theory]
    [InlineData("drawn/images", 20, 0)]
    [InlineData("drawn/images?status=failed", 2, 3)]
    [InlineData("drawn/images?code=other", 0, 0)]
    [InlineData("drawn/images?q=id:cat", 2, 2)]
    [InlineData("half/images?from=6", 10, 6)]
    public async Task Window_HasTheSamplesThatAreAskedFor(string address, int count, long first)
    {
        var keys = Keys(await PageAsync(address));
        Assert.Equal(count, keys.Count);
        if (count > 0) Assert.Equal($"{first:D9}", keys[0]);
    }

    [Fact]
    public async Task Window_SaysWhatIsNotDrawnYet() => Assert.Contains("4 samples from number 16 on are not drawn yet", await PageAsync("half/images"), StringComparison.Ordinal);

    private async Task<string> PageAsync(string address) => await dashboard.Http.GetStringAsync(new Uri($"/jobs/{address}", UriKind.Relative), TestContext.Current.CancellationToken);

    private static List<string> Keys(string page) => [.. Key().Matches(page).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("href=\"/jobs/[a-z]+/images/([0-9]{9})")]
    private static partial Regex Key();
}
