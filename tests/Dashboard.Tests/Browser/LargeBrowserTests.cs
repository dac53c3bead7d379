using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>Pages of very many jobs and of very many shards.</summary>
public sealed class LargeBrowserTests(Hall hall) : IClassFixture<Hall>
{
    [Fact]
    public async Task Back_FromAJob_ComesToTheSamePlaceOfTheList()
    {
        await using var tab = await hall.OpenAsync();
        await tab.GoAsync("/jobs?sort=job&from=4000");
        await tab.Page.GetByText("4,001 to 4,200 of 10,001").WaitForAsync();
        Assert.Equal(200, await tab.Page.Locator("tbody tr").CountAsync());
        var link = tab.Page.GetByRole(AriaRole.Link, new() { Name = Hall.Whole, Exact = true });
        await link.ScrollIntoViewIfNeededAsync();
        var before = await tab.Page.EvaluateAsync<double>("scrollY");
        Assert.True(before > 1000);
        await link.ClickAsync();
        await tab.Page.WaitForURLAsync($"**/jobs/{Hall.Whole}");
        await tab.Page.GoBackAsync();
        await tab.Page.WaitForFunctionAsync("before => Math.abs(scrollY - before) < 60", before);
        Assert.True(await link.IsVisibleAsync());
    }

    [Fact]
    public async Task Filters_AmongTenThousand_LeaveWhatIsAskedFor()
    {
        await using var tab = await hall.OpenAsync();
        await tab.GoAsync("/jobs?q=job-0999&submitter=bo");
        Assert.Equal(5, await tab.Page.Locator("tbody tr").CountAsync());
        await tab.Page.GetByText("5 of 10,001").WaitForAsync();
        await tab.GoAsync("/jobs?status=running");
        Assert.True(await tab.Page.Locator("tbody tr").CountAsync() <= 1);
    }

    [Fact]
    public async Task OneShardAmongAHundredThousand_IsSeen_AndFoundByKeys()
    {
        await using var tab = await hall.OpenAsync();
        // Chromium advises those who read pixels again and again; only this test does.
        tab.Expects = message => message.Contains("Canvas2D", StringComparison.Ordinal);
        await tab.GoAsync("/jobs/huge");
        await tab.Page.Locator("#problems").GetByText("set aside").First.WaitForAsync();
        // The colour of what is set aside, somewhere in the picture of all shards.
        await tab.Page.WaitForFunctionAsync("""
            () => {
              const canvas = document.querySelector('#map .overview');
              const ink = getComputedStyle(document.querySelector('[data-ink="2"]')).color.match(/\d+/g).map(Number);
              const pixels = canvas.getContext('2d').getImageData(0, 0, Math.max(1, canvas.width), Math.max(1, canvas.height)).data;
              let found = 0;
              for (let at = 0; at < pixels.length; at += 4) if (ink.every((part, place) => Math.abs(part - pixels[at + place]) < 3)) found++;
              return found >= 2;
            }
            """, null, new() { PollingInterval = 100 });
        await tab.Page.Locator("#problems tr").Filter(new() { HasText = "set aside" }).GetByRole(AriaRole.Link).FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.WaitForURLAsync("**/jobs/huge/shards?state=2");
        await tab.Page.Keyboard.PressAsync("j");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.Locator("#shard-title").GetByText($"Shard {Hall.SetAside}").WaitForAsync();
        await tab.Page.GetByText("the lens is dirty").First.WaitForAsync();
        await tab.GoAsync("/jobs/huge/shards?at=99999");
        await tab.Page.Locator("#shard-title").GetByText("Shard 99,999").WaitForAsync();
    }
}
