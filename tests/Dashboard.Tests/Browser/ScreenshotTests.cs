using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>Every page in both themes: free of faults of accessibility, and as a picture where a folder for it is given.</summary>
public sealed class ScreenshotTests(Studio studio) : IClassFixture<Studio>
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("ATELIER_SCREENSHOTS");

    public static TheoryData<string, string> Pages => new()
    {
        { "jobs", "/jobs" }, { "jobs-filtered", "/jobs?status=failed&q=nothing-like-it" },
        { "missing", "/no/such/page" }, { "cancel", "/jobs/night-shift/cancel" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_InBothThemes_BreaksNoRuleOfAccessibility(string name, string path)
    {
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var tab = await studio.OpenAsync(options => options.ColorScheme = theme);
            tab.Expects = message => message.Contains("404", StringComparison.Ordinal);
            await tab.GoAsync(path);
            await tab.Page.Locator("#connection[data-state=live], #connection[data-state=still]").WaitForAsync();
            if (Folder is not null) await tab.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{name}-{theme}.png".ToLowerInvariant()), FullPage = true });
            await tab.CheckAccessAsync($"{name}, {theme}");
        }
    }
}
