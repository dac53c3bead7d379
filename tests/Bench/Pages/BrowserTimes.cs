using System.Diagnostics;
using Microsoft.Playwright;

namespace Atelier.Bench.Pages;

/// <summary>How long a browser takes until a page shows what was asked for. It needs a Chromium in PATH.</summary>
internal static class BrowserTimes
{
    private const int Times = 10;
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    public static async Task WriteAsync(Scene scene, Table table)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (program is null)
        {
            table.WriteRow(["times in a browser", "", "not measured: there is no chromium in PATH"]);
            return;
        }
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox", "--disable-gpu"] });
        table.WriteRow(["time to first live number", "p95 1.0 s", PagesBenchmark.At(await LiveAsync(browser, scene, isSlow: false), 0.95)]);
        table.WriteRow(["the same with 100 ms round trip and 10 Mbit/s", "2 s", PagesBenchmark.At(await LiveAsync(browser, scene, isSlow: true), 0.95)]);
        var page = await browser.NewPageAsync(new() { BaseURL = scene.Address.ToString() });
        var painted = new List<double>();
        for (var time = 0; time < Times; time++)
        {
            await page.GotoAsync($"/jobs/{Scene.Huge}", new() { WaitUntil = WaitUntilState.DOMContentLoaded });
            await page.WaitForFunctionAsync("() => document.querySelector('#map .cells').width > 400 && performance.getEntriesByType('resource').some(one => one.name.endsWith('/map') && one.responseEnd > 0)");
            painted.Add(await page.EvaluateAsync<double>("""
                () => new Promise(done => requestAnimationFrame(() => {
                  const begun = performance.now();
                  dispatchEvent(new Event('resize'));
                  document.querySelector('#map').style.width = '90%';
                  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
                }))
                """));
        }
        table.WriteRow(["map of 100,000 shards painted anew", "300 ms", PagesBenchmark.At(painted, 0.95)]);
        await page.GotoAsync("/jobs");
        await page.Locator("tbody tr").Nth(199).WaitForAsync();
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("HeapProfiler.collectGarbage");
        table.WriteRow(["browser's heap, list of 10,000 jobs", "80 MB", $"{await page.EvaluateAsync<double>("performance.memory.usedJSHeapSize") / 1e6:N1} MB"]);
    }

    private static async Task<List<double>> LiveAsync(IBrowser browser, Scene scene, bool isSlow)
    {
        var times = new List<double>();
        for (var time = 0; time < Times; time++)
        {
            await using var context = await browser.NewContextAsync(new() { BaseURL = scene.Address.ToString() });
            var page = await context.NewPageAsync();
            if (isSlow)
            {
                var session = await context.NewCDPSessionAsync(page);
                await session.SendAsync("Network.enable");
                await session.SendAsync("Network.emulateNetworkConditions", new() { ["offline"] = false, ["latency"] = 100, ["downloadThroughput"] = 1_250_000, ["uploadThroughput"] = 1_250_000 });
            }
            var begun = Stopwatch.GetTimestamp();
            await page.GotoAsync($"/jobs/{Scene.Huge}", new() { WaitUntil = WaitUntilState.Commit });
            await page.Locator("#connection[data-state=live]").WaitForAsync();
            await page.Locator("#job-numbers strong").First.WaitForAsync();
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        return times;
    }
}
