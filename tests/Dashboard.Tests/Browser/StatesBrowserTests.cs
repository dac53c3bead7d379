using Atelier.Dataset.Stores;
using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>Pages of a dashboard that has nothing to show, whose cluster is silent, or that is gone for a while.</summary>
[Collection(nameof(Studio))]
public sealed class StatesBrowserTests(Studio studio)
{
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
        await tab.TakeAsync("disconnected");
        await tab.CheckAccessAsync("disconnected");
        await using var second = await StartAsync(port);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try now" }).ClickAsync();
        await tab.Page.Locator("#connection[data-state=live]").WaitForAsync();
        Assert.False(await tab.Page.Locator("#lost").IsVisibleAsync());
        Assert.False(await tab.Page.Locator("#resume-button").IsDisabledAsync());
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.isSamePage === true"));
    }

    [Fact]
    public async Task Jobs_AcrossARestart_KeepFilterSelectionAndScroll()
    {
        Assert.SkipWhen(Chromium.Program is null, "there is no chromium in PATH");
        var first = await StartAsync(0);
        var port = first.Address.Port;
        await using var tab = await studio.Chromium.OpenAsync(first.Address, options => options.ViewportSize = new ViewportSize { Width = 1000, Height = 300 });
        tab.Expects = message => message.Contains("ERR_", StringComparison.Ordinal);
        await tab.GoAsync("/jobs?submitter=ada");
        await tab.Page.Locator("#connection[data-state=live]").WaitForAsync();
        await tab.Page.GetByLabel("Select postcards").CheckAsync();
        await tab.Page.EvaluateAsync("scrollTo(0, 120)");
        await first.DisposeAsync();
        await tab.Page.GetByText("No connection since").WaitForAsync();
        await using var second = await StartAsync(port);
        // By itself, after some time.
        await tab.Page.Locator("#connection[data-state=live]").WaitForAsync(new() { Timeout = 30_000 });
        Assert.True(await tab.Page.GetByLabel("Select postcards").IsCheckedAsync());
        Assert.EndsWith("/jobs?submitter=ada", tab.Page.Url, StringComparison.Ordinal);
        Assert.InRange(await tab.Page.EvaluateAsync<double>("scrollY"), 100, 140);
        Assert.Equal(0, await tab.Page.Locator("tbody tr").Filter(new() { HasText = "holiday" }).CountAsync());
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
            await tab.TakeAsync(name);
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
            await tab.TakeAsync(name);
            await tab.CheckAccessAsync(name);
        }
    }

    [Fact]
    public async Task Pages_OnAPhone_FitAndBreakNoRule()
    {
        await using var tab = await studio.OpenAsync(options => (options.ViewportSize, options.HasTouch) = (new ViewportSize { Width = 320, Height = 640 }, true));
        foreach (var (name, path) in new[] { ("phone-jobs", "/jobs"), ("phone-job", "/jobs/night-shift"), ("phone-images", "/jobs/first-try/images"), ("phone-sample", "/jobs/first-try/images/000000010"), ("phone-sweep", "/jobs/sweep-3/sweep"), ("phone-fleet", "/fleet"), ("phone-worker", "/find?q=hall-3/1"), ("phone-model", "/models/shapes"), ("phone-submit", "/submit") })
        {
            await tab.GoAsync(path);
            var tooWide = await tab.Page.EvaluateAsync<string>("""
                () => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? '' :
                  [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => `${e.tagName} ${e.className}`).join('; ')
                """);
            Assert.True(tooWide.Length == 0, $"{path} is wider than the window: {tooWide}");
            await tab.TakeAsync(name);
            await tab.CheckAccessAsync(name);
        }
    }

    private Task<DashboardHost> StartAsync(int port) => DashboardHost.StartAsync(
        new DashboardOptions { Store = studio.Dashboard.Store, Port = port, Connect = _ => Task.FromResult(studio.Dashboard.Grains) }, TestContext.Current.CancellationToken);
}
