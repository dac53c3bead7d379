using System.Text.RegularExpressions;

namespace Atelier.Dashboard.Tests.Sweeps;

public sealed class SweepPageTests(StoreDashboard dashboard) : IClassFixture<StoreDashboard>
{
    [Fact]
    public async Task Sweep_OfImagesOfARow_ShowsThem_AndWhatIsNotDrawn()
    {
        var page = await PageAsync("drawn/sweep?row=1");
        Assert.Contains("alt=\"image of the row 1, guidance scale 3\"", page, StringComparison.Ordinal);
        Assert.Contains("non_finite", page, StringComparison.Ordinal);
        Assert.Contains("row 0, 1 row with this prompt", await PageAsync("drawn/sweep"), StringComparison.Ordinal);
        Assert.Contains(">waiting<", Regex.Replace(await PageAsync("half/sweep?row=9"), "<span class=\"unseen\">.*?</span>", ""), StringComparison.Ordinal);
    }

    private async Task<string> PageAsync(string address) => await dashboard.Http.GetStringAsync(new Uri($"/jobs/{address}", UriKind.Relative), TestContext.Current.CancellationToken);
}
