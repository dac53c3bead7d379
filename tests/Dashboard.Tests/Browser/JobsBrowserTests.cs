using Atelier.Abstractions.Jobs;
using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>The pages of jobs, as people use them.</summary>
[Collection(nameof(Studio))]
public sealed class JobsBrowserTests(Studio studio)
{
    private static PageWaitForFunctionOptions Soon { get; } = new() { Timeout = 20_000, PollingInterval = 100 };

    [Fact]
    public async Task Numbers_OfARunningJob_MoveWithoutReload()
    {
        await using var tab = await studio.OpenAsync();
        await studio.SubmitAsync("moving", 40);
        var worker = studio.Worker("hall-5/1");
        await worker.WorkAsync("moving", 1);
        await tab.GoAsync("/jobs/moving");
        await tab.Page.Locator("#job-numbers").GetByText("10 of 40").WaitForAsync();
        await tab.Page.EvaluateAsync("window.isSamePage = true");
        await worker.WorkAsync("moving", 2);
        await tab.Page.Locator("#job-numbers").GetByText("30 of 40").WaitForAsync();
        await worker.WorkAsync("moving");
        await tab.Page.Locator("#job-head[data-state=completed]").WaitForAsync();
        Assert.Equal(8, await tab.Page.Locator("#newest img").CountAsync());
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.isSamePage === true"));
    }

    [Fact]
    public async Task Job_IsPausedChangedResumedAndCancelled_ByForms()
    {
        await using var tab = await studio.OpenAsync();
        await studio.SubmitAsync("steered", 30);
        await tab.GoAsync("/jobs/steered");
        await tab.Page.Locator("#pause-button").ClickAsync();
        await tab.Page.Locator("#pause-form input[name=reason]").FillAsync("<b>lunch</b>");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause steered" }).ClickAsync();
        await tab.Page.Locator("#job-head[data-state=paused]").WaitForAsync();
        await tab.Page.Locator("#happened").GetByText("<b>lunch</b>").WaitForAsync();
        await tab.Page.Locator("#class-button").ClickAsync();
        await tab.Page.Locator("#class-form select").SelectOptionAsync("high");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Change the class of steered" }).ClickAsync();
        await tab.Page.Locator("#job-head").GetByText("high").WaitForAsync();
        await tab.Page.Locator("#resume-button").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Resume steered" }).ClickAsync();
        await tab.Page.Locator("#job-head:not([data-state=paused])").WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Cancel…" }).ClickAsync();
        await tab.Page.GetByText("cannot be taken back").WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel steered for good" }).ClickAsync();
        await tab.Page.GotoAsync("/jobs/steered");
        await tab.Page.Locator("#job-head[data-state=cancelled]").WaitForAsync();
        Assert.Equal(JobStatus.Cancelled, (await studio.Dashboard.Grains.GetGrain<IJobGrain>("steered").GetProgress()).Status);
    }

    [Fact]
    public async Task NewJobs_WaitBehindAChip_AndRowsStayWhereTheyAre()
    {
        await using var tab = await studio.OpenAsync();
        await tab.GoAsync("/jobs");
        await tab.Page.Locator("#connection[data-state=live]").WaitForAsync();
        var before = await tab.Page.Locator("tbody tr").AllTextContentsAsync();
        await studio.SubmitAsync("newcomer", 10);
        await tab.Page.Locator("#fresh a:visible").WaitForAsync();
        Assert.Equal(before.Count, await tab.Page.Locator("tbody tr").CountAsync());
        await tab.Page.Locator("#fresh a").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "newcomer" }).First.WaitForAsync();
    }

    [Fact]
    public async Task KeysAlone_FilterOpenAndWalkThroughAJob()
    {
        await using var tab = await studio.OpenAsync();
        await tab.GoAsync("/jobs?q=first-try");
        await tab.Page.Keyboard.PressAsync("j");
        await tab.Page.Keyboard.PressAsync("x");
        Assert.True(await tab.Page.Locator("tbody input[type=checkbox]").IsCheckedAsync());
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.WaitForURLAsync("**/jobs/first-try");
        await tab.Page.Keyboard.PressAsync("]");
        await tab.Page.WaitForURLAsync("**/jobs/first-try/images");
        await tab.Page.Keyboard.PressAsync("j");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.Locator("#lightbox[open] #sample[data-key='000000000'] img").WaitForAsync();
        await tab.Page.Keyboard.PressAsync("ArrowRight");
        await tab.Page.Locator("#lightbox #sample[data-key='000000001']").WaitForAsync();
        Assert.EndsWith("/images/000000001", tab.Page.Url, StringComparison.Ordinal);
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.WaitForFunctionAsync("() => document.activeElement?.getAttribute('href')?.endsWith('000000001')", null, Soon);
        await tab.Page.Keyboard.PressAsync("/");
        await tab.Page.Keyboard.TypeAsync("night-shift");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.WaitForURLAsync("**/jobs/night-shift");
    }

    [Fact]
    public async Task ShardsThatNeedSomebody_AreFoundFromTheJobWithTheirReason()
    {
        await using var tab = await studio.OpenAsync();
        await tab.GoAsync("/jobs/faces-2");
        await tab.Page.Locator("#problems tr").Filter(new() { HasText = "set aside" }).GetByRole(AriaRole.Link).ClickAsync();
        await tab.Page.WaitForURLAsync("**/jobs/faces-2/shards?state=2");
        Assert.Equal(1, await tab.Page.Locator("tbody tr").CountAsync());
        await tab.Page.Locator("tbody th a").ClickAsync();
        await tab.Page.Locator("section[aria-labelledby=shard-title]").GetByText("no space left on device <script>").First.WaitForAsync();
        await tab.GoAsync("/jobs/faces-2/errors");
        await tab.Page.GetByText("set aside").First.WaitForAsync();
    }

    [Fact]
    public async Task Map_IsWalkedByKeys()
    {
        await using var tab = await studio.OpenAsync();
        await tab.GoAsync("/jobs/night-shift");
        await tab.Page.Locator("#map .grid").FocusAsync();
        await tab.Page.Locator("#map .said").GetByText("shard 0: done").WaitForAsync();
        await tab.Page.Keyboard.PressAsync("End");
        await tab.Page.Locator("#map .said").GetByText("shard 39: waiting").WaitForAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.WaitForURLAsync("**/jobs/night-shift/shards?at=39");
    }

    [Fact]
    public async Task HostileText_IsTextEverywhere()
    {
        await using var tab = await studio.OpenAsync();
        tab.Page.Dialog += (_, dialog) => Assert.Fail($"a script ran: {dialog.Message}");
        foreach (var path in new[] { "/jobs", "/jobs/faces-2", "/jobs/first-try/images", "/jobs/first-try/images?as=table", "/jobs/first-try/images/000000003", "/jobs/holiday/events", "/jobs?q=%3Cscript%3Ealert(1)%3C/script%3E" })
        {
            await tab.GoAsync(path);
            Assert.Equal(0, await tab.Page.Locator("main script, main [onerror]").CountAsync());
            Assert.False(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"), $"{path} is wider than the window");
        }
        Assert.Contains("<script>", await tab.Page.Locator("input[name=q]").Last.InputValueAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_FromFormToCompletedJob()
    {
        await using var tab = await studio.OpenAsync();
        tab.Expects = message => message.Contains("422", StringComparison.Ordinal);
        await tab.GoAsync("/submit");
        await tab.Page.GetByLabel("Name of the job").FillAsync("typed");
        await tab.Page.GetByLabel("or one prompt a line").FillAsync("a red circle\na blue square\n");
        await tab.Page.GetByLabel("Steps").FillAsync("0");
        await tab.Page.EvaluateAsync("document.querySelector('[name=steps]').removeAttribute('min')");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Plan" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Alert).GetByText("steps is '0'").WaitForAsync();
        await tab.Page.GetByLabel("Steps").FillAsync("5");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Plan" }).ClickAsync();
        await tab.Page.GetByText("2 rows, 0 problems").WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Submit typed" }).ClickAsync();
        await tab.Page.WaitForURLAsync("**/jobs/typed");
        await studio.Worker("hall-5/2").WorkAsync("typed");
        await tab.Page.Locator("#job-head[data-state=completed]").WaitForAsync();
    }

    [Fact]
    public async Task Pages_WorkWithoutScripts()
    {
        await using var tab = await studio.OpenAsync(options => options.JavaScriptEnabled = false);
        await tab.GoAsync("/jobs");
        await tab.Page.Locator("select[name=status]").SelectOptionAsync("failed");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        Assert.Equal(1, await tab.Page.Locator("tbody tr").CountAsync());
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "faces-2" }).Last.ClickAsync();
        await tab.Page.Locator("#job-head[data-state=failed]").WaitForAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Theme: system" }).ClickAsync();
        await tab.Page.Locator("html[data-theme=dark]").WaitForAsync();
    }
}
