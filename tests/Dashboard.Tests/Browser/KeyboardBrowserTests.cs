using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>What is done with a keyboard alone.</summary>
[Collection(nameof(Studio))]
public sealed class KeyboardBrowserTests(Studio studio)
{
    private const int MostTabs = 60;

    [Fact]
    public async Task Job_IsSubmittedPausedAndResumed_ByKeysAlone()
    {
        await using var tab = await studio.OpenAsync();
        await tab.GoAsync("/jobs");
        await PressAsync(tab, "g", "s");
        await tab.Page.WaitForURLAsync("**/submit");
        await TypeAsync(tab, "[name=job]", "by-keys");
        await TypeAsync(tab, "[name=prompts]", "a red circle");
        await PressAsync(tab, "Enter");
        await tab.Page.Keyboard.TypeAsync("a blue square");
        await TabToAsync(tab, "button[value=plan]");
        await PressAsync(tab, "Enter");
        await tab.Page.GetByText("2 rows, 0 problems").WaitForAsync();
        await TabToAsync(tab, "button[value=submit]");
        await PressAsync(tab, "Enter");
        await tab.Page.WaitForURLAsync("**/jobs/by-keys");
        await TabToAsync(tab, "#pause-button");
        await PressAsync(tab, "Enter");
        await TypeAsync(tab, "#pause-form [name=reason]", "lunch");
        await PressAsync(tab, "Enter");
        await tab.Page.Locator("#job-head[data-state=paused]").WaitForAsync();
        await TabToAsync(tab, "#resume-button");
        await PressAsync(tab, "Enter");
        await TabToAsync(tab, "#resume-form button");
        await PressAsync(tab, "Enter");
        await tab.Page.Locator("#job-head:not([data-state=paused])").WaitForAsync();
        await studio.Worker("hall-5/3").WorkAsync("by-keys");
        await tab.Page.Locator("#job-head[data-state=completed]").WaitForAsync();
        await tab.Page.Locator("#newest img").First.WaitForAsync();
    }

    [Fact]
    public async Task Sweep_IsWalkedByArrows_AndShowsDifferencesToAMarkedCell()
    {
        await using var tab = await studio.OpenAsync();
        await tab.GoAsync("/jobs/sweep-3/sweep?x=guidance&y=negative");
        await TabToAsync(tab, "[data-cell]");
        Assert.Equal("guidance scale 1, negative prompt a green triangle", await FocusedAsync(tab));
        await PressAsync(tab, "m", "ArrowRight", "ArrowDown");
        Assert.Equal("guidance scale 2, negative prompt fog", await FocusedAsync(tab));
        Assert.Equal(1, await tab.Page.Locator(".sweep :focus img.over").CountAsync());
        await PressAsync(tab, "ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowUp", "Enter");
        await tab.Page.WaitForURLAsync("**/jobs/sweep-3/images/000000008");
    }

    [Fact]
    public async Task Trial_ShowsTheFirstSamples_BesideTheForm()
    {
        await using var tab = await studio.OpenAsync();
        await tab.GoAsync("/submit");
        await tab.Page.GetByLabel("Name of the job").FillAsync("tried");
        await tab.Page.GetByLabel("or one prompt a line").FillAsync(string.Join('\n', Enumerable.Range(0, 12).Select(row => $"a red circle {row}")));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Draw 8 samples first" }).ClickAsync();
        await tab.Page.Locator("#trial").GetByText("0 of 8 samples drawn").WaitForAsync();
        var job = await tab.Page.Locator("#trial .why a").InnerTextAsync();
        await studio.Worker("hall-5/4").WorkAsync(job);
        await tab.Page.Locator("#trial img").Nth(7).WaitForAsync();
        await tab.TakeAsync("submit-trial");
        await tab.CheckAccessAsync("a trial");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Remove the trial" }).ClickAsync();
        await tab.Page.Locator("#trial").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Equal("tried", await tab.Page.GetByLabel("Name of the job").InputValueAsync());
    }

    private static async Task PressAsync(Tab tab, params string[] keys)
    {
        foreach (var key in keys) await tab.Page.Keyboard.PressAsync(key);
    }

    private static async Task TypeAsync(Tab tab, string field, string text)
    {
        await TabToAsync(tab, field);
        await tab.Page.Keyboard.TypeAsync(text);
    }

    private static async Task TabToAsync(Tab tab, string element)
    {
        for (var tabs = 0; tabs < MostTabs; tabs++)
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            if (await tab.Page.EvaluateAsync<bool>("element => document.activeElement.matches(element)", element)) return;
        }
        Assert.Fail($"{element} is not reached by {MostTabs} tabs");
    }

    private static Task<string> FocusedAsync(Tab tab) => tab.Page.EvaluateAsync<string>("document.activeElement.querySelector('img')?.alt ?? ''");
}
