using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>Every page in both themes: free of faults of accessibility, and as a picture where a folder for it is given.</summary>
[Collection(nameof(Studio))]
public sealed class ScreenshotTests(Studio studio)
{
    public static TheoryData<string, string> Pages => new()
    {
        { "jobs", "/jobs" }, { "jobs-filtered", "/jobs?status=failed&q=nothing-like-it" },
        { "jobs-broken", "/jobs?view=broken" }, { "job-running", "/jobs/night-shift" }, { "job-completed", "/jobs/first-try" }, { "job-failed", "/jobs/faces-2" },
        { "job-waiting", "/jobs/cards-7" }, { "job-paused", "/jobs/holiday" }, { "job-cancelled", "/jobs/mistake" }, { "job-missing", "/jobs/no-such-job" },
        { "images", "/jobs/first-try/images" }, { "images-failed", "/jobs/first-try/images?status=failed" }, { "images-table", "/jobs/first-try/images?as=table" },
        { "images-partly", "/jobs/night-shift/images?from=200&size=s" }, { "sample", "/jobs/first-try/images/000000010" }, { "sample-failed", "/jobs/first-try/images/000000013" },
        { "sweep", "/jobs/sweep-3/sweep?x=guidance&y=negative&row=2" }, { "sweep-none", "/jobs/night-shift/sweep" }, { "errors", "/jobs/first-try/errors" }, { "errors-work", "/jobs/faces-2/errors" }, { "shards", "/jobs/night-shift/shards?at=3" }, { "parameters", "/jobs/night-shift/parameters?with=first-try" },
        { "files", "/jobs/first-try/files" }, { "events", "/jobs/holiday/events" }, { "fleet", "/fleet" }, { "worker", "/find?q=hall-3/1" }, { "worker-trouble", "/find?q=hall-4/1" }, { "models", "/models" }, { "model", "/models/shapes" }, { "submit", "/submit?from=first-try" },
        { "missing", "/no/such/page" }, { "cancel", "/jobs/night-shift/cancel" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_InBothThemes_BreaksNoRuleOfAccessibility(string name, string path)
    {
        await using var tab = await studio.OpenAsync();
        tab.Expects = message => message.Contains("404", StringComparison.Ordinal);
        await tab.GoAsync(path);
        await tab.Page.Locator("#connection[data-state=live], #connection[data-state=still]").WaitForAsync();
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await tab.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = theme });
            await tab.TakeAsync($"{name}-{theme}".ToLowerInvariant());
            await tab.CheckAccessAsync($"{name}, {theme}");
        }
    }
}
