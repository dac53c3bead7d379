using Atelier.Dataset.Stores;
using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>Pages of a dashboard that has nothing to show, whose cluster is silent, or that is gone for a while.</summary>
public sealed class StatesBrowserTests(Studio studio) : IClassFixture<Studio>
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("ATELIER_SCREENSHOTS");

    [Fact]
    public async Task Page_WhoseDashboardIsGone_SaysSinceWhenAndComesBack()
    {
        Assert.SkipWhen(Chromium.Program is null, "there is no chromium in PATH");
        var first = await StartAsync(0);
        var port = first.Address.Port;
        await using var tab = await studio.Chromium.OpenAsync(first.Address);
        tab.Expects = message => message.Contains("ERR_", StringComparison.Ordinal);
        await tab.GoAsync("/jobs/holiday");
        await tab.Page.Locator("#connection[data-state=live]").WaitForAsync();
        await tab.Page.EvaluateAsync("window.isSamePage = true");
        await first.DisposeAsync();
        await tab.Page.GetByText("No connection since").WaitForAsync();
        Assert.True(await tab.Page.Locator("#resume-button").IsDisabledAsync());
        await TakeAsync(tab, "disconnected");
        await tab.CheckAccessAsync("disconnected");
        await using var second = await StartAsync(port);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try now" }).ClickAsync();
        await tab.Page.Locator("#connection[data-state=live]").WaitForAsync();
        Assert.False(await tab.Page.Locator("#lost").IsVisibleAsync());
        Assert.False(await tab.Page.Locator("#resume-button").IsDisabledAsync());
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.isSamePage === true"));
    }

    [Fact]
    public async Task Pages_OfASilentCluster_ShowWhatTheStoreHas()
    {
        Assert.SkipWhen(Chromium.Program is null, "there is no chromium in PATH");
        await using var host = await DashboardHost.StartAsync(
            new DashboardOptions { Store = studio.Dashboard.Store, Port = 0, Connect = _ => throw new IOException("nobody answers") }, TestContext.Current.CancellationToken);
        await using var tab = await studio.Chromium.OpenAsync(host.Address);
        foreach (var (name, path) in new[] { ("silent-jobs", "/jobs"), ("silent-job", "/jobs/first-try"), ("silent-fleet", "/fleet"), ("silent-submit", "/submit"), ("silent-images", "/jobs/first-try/images") })
        {
            await tab.GoAsync(path);
            await tab.Page.GetByText("No silo answers").First.WaitForAsync();
            await TakeAsync(tab, name);
            await tab.CheckAccessAsync(name);
        }
        await tab.Page.Locator("[data-gallery] img").First.WaitForAsync();
    }

    [Fact]
    public async Task Jobs_OfAnEmptyStore_SayWhatToDo()
    {
        Assert.SkipWhen(Chromium.Program is null, "there is no chromium in PATH");
        await using var host = await DashboardHost.StartAsync(new DashboardOptions { Store = new MemoryStore(), Port = 0 }, TestContext.Current.CancellationToken);
        await using var tab = await studio.Chromium.OpenAsync(host.Address);
        foreach (var (name, path) in new[] { ("empty-jobs", "/jobs"), ("empty-fleet", "/fleet"), ("empty-models", "/models") })
        {
            await tab.GoAsync(path);
            await tab.Page.Locator(".empty").First.WaitForAsync();
            await TakeAsync(tab, name);
            await tab.CheckAccessAsync(name);
        }
    }

    [Fact]
    public async Task Pages_OnAPhone_FitAndBreakNoRule()
    {
        await using var tab = await studio.OpenAsync(options => (options.ViewportSize, options.HasTouch) = (new ViewportSize { Width = 320, Height = 640 }, true));
        foreach (var (name, path) in new[] { ("phone-jobs", "/jobs"), ("phone-job", "/jobs/night-shift"), ("phone-images", "/jobs/first-try/images"), ("phone-submit", "/submit") })
        {
            await tab.GoAsync(path);
            Assert.False(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"), $"{path} is wider than the window");
            await TakeAsync(tab, name);
            await tab.CheckAccessAsync(name);
        }
    }

    private Task<DashboardHost> StartAsync(int port) => DashboardHost.StartAsync(
        new DashboardOptions { Store = studio.Dashboard.Store, Port = port, Connect = _ => Task.FromResult(studio.Dashboard.Grains) }, TestContext.Current.CancellationToken);

    private static async Task TakeAsync(Tab tab, string name)
    {
        if (Folder is not null) await tab.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{name}.png"), FullPage = true });
    }
}
