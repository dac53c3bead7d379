using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>Pages as people need them who see or move otherwise.</summary>
[Collection(nameof(Studio))]
public sealed class LooksBrowserTests(Studio studio)
{
    private static readonly (string Name, string Path)[] Pages = [("jobs", "/jobs"), ("job", "/jobs/night-shift"), ("job-failed", "/jobs/faces-2"), ("sweep", "/jobs/sweep-3/sweep"), ("fleet", "/fleet")];

    [Fact]
    public async Task Shapes_InForcedColours_AreSeen()
    {
        await using var tab = await studio.OpenAsync(options => options.ForcedColors = ForcedColors.Active);
        foreach (var (name, path) in Pages)
        {
            await tab.GoAsync(path);
            await tab.TakeAsync($"forced-{name}");
            await tab.CheckAccessAsync($"forced colours, {name}");
        }
        await tab.GoAsync("/jobs");
        Assert.True(await tab.Page.EvaluateAsync<bool>("matchMedia('(forced-colors: active)').matches && getComputedStyle(document.querySelector('tbody .shape.failed')).fill === getComputedStyle(document.body).color"));
        Assert.NotEqual(
            await tab.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"),
            await tab.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('progress.done'), '::-webkit-progress-value').backgroundColor"));
    }

    [Fact]
    public async Task Pages_At200Percent_FitTheWindow()
    {
        // What zoom does to a window of 1280 x 900.
        await using var tab = await studio.OpenAsync(options => (options.ViewportSize, options.DeviceScaleFactor) = (new ViewportSize { Width = 640, Height = 450 }, 2));
        foreach (var (name, path) in Pages)
        {
            await tab.GoAsync(path);
            Assert.False(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"), $"{path} is wider than the window");
            await tab.TakeAsync($"zoom-{name}");
        }
    }

    [Fact]
    public async Task Nothing_Moves_WhereThatIsNotWanted()
    {
        await using var tab = await studio.OpenAsync(options => options.ReducedMotion = ReducedMotion.Reduce);
        foreach (var (_, path) in Pages)
        {
            await tab.GoAsync(path);
            Assert.Equal(0, await tab.Page.EvaluateAsync<int>("document.getAnimations().length"));
            Assert.Equal("none", await tab.Page.EvaluateAsync<string>("(document.getElementById('connection').dataset.state = 'connecting', getComputedStyle(document.getElementById('connection'), '::before').animationName)"));
        }
    }

    [Fact]
    public async Task States_WithoutColour_DifferInShapeAndWord()
    {
        await using var tab = await studio.OpenAsync();
        var session = await tab.Page.Context.NewCDPSessionAsync(tab.Page);
        foreach (var sight in new[] { "deuteranopia", "protanopia", "tritanopia", "achromatopsia" })
        {
            await session.SendAsync("Emulation.setEmulatedVisionDeficiency", new() { ["type"] = sight });
            foreach (var (name, path) in Pages.Take(2))
            {
                await tab.GoAsync(path);
                await tab.Page.Locator("#connection[data-state=live]").WaitForAsync();
                await tab.TakeAsync($"{sight}-{name}");
            }
        }
        await tab.GoAsync("/jobs");
        var states = await tab.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('tbody .state')].map(state => state.querySelector('path').getAttribute('d') + '|' + state.textContent.trim())");
        Assert.Equal(states.Distinct().Count(), states.Select(state => state.Split('|')[0]).Distinct().Count());
    }
}
