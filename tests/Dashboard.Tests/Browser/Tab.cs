using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>A page of a browser. When it is closed, it fails its test if there was an error on the console, a violation of the content policy, or a request to another host.</summary>
public sealed class Tab : IAsyncDisposable
{
    private static readonly string[] Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    private static readonly string? Folder = Environment.GetEnvironmentVariable("ATELIER_SCREENSHOTS");

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _wrongs = new();

    private Tab(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>Messages of the console that are expected, such as that of an answer of 404.</summary>
    public Func<string, bool> Expects { get; set; } = _ => false;

    public static async Task<Tab> OpenAsync(IBrowserContext context, Uri address)
    {
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(30_000);
        var tab = new Tab(context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !tab.Expects(message.Text)) tab._wrongs.Enqueue($"console: {message.Text}");
        };
        page.PageError += (_, error) => tab._wrongs.Enqueue($"page: {error}");
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" } url && url.Authority != address.Authority) tab._wrongs.Enqueue($"request: {request.Url}");
        };
        return tab;
    }

    /// <summary>Goes to a page of the dashboard.</summary>
    public async Task<IResponse> GoAsync(string path) =>
        (await Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded }))!;

    /// <summary>Keeps a picture of the whole page, where a folder for pictures is given.</summary>
    public async Task TakeAsync(string name)
    {
        if (Folder is not null) await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{name}.png"), FullPage = true });
    }

    /// <summary>Fails if the page breaks a rule of accessibility.</summary>
    public async Task CheckAccessAsync(string what)
    {
        var results = await Page.RunAxe(new Deque.AxeCore.Commons.AxeRunOptions { RunOnly = new Deque.AxeCore.Commons.RunOnlyOptions { Type = "tag", Values = [.. Rules] } });
        Assert.True(
            results.Violations.Length == 0,
            $"{what}: {string.Join("\n", results.Violations.SelectMany(rule => rule.Nodes.Take(3).Select(node => $"{rule.Id}: {rule.Help}: {node.Html}")))}");
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_wrongs);
    }
}
