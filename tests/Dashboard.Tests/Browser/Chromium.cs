using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>The machine's own browser, without a window. Nothing is downloaded; where there is none, tests skip and say so.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly string[] Flags =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where it is; null where there is none.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Program is null) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Program, Args = Flags });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A fresh browser profile with one page, watched for whatever should not be.</summary>
    /// <param name="address">The only host that it may ask.</param>
    /// <param name="change">Changes of the profile, such as its theme.</param>
    public async Task<Tab> OpenAsync(Uri address, Action<BrowserNewContextOptions>? change = null)
    {
        Assert.SkipWhen(_browser is null, $"there is no {string.Join(" and no ", Names)} in PATH; on Debian: apt-get install chromium");
        var options = new BrowserNewContextOptions { BaseURL = address.ToString(), ViewportSize = new ViewportSize { Width = 1280, Height = 900 }, TimezoneId = "Europe/Berlin" };
        change?.Invoke(options);
        return await Tab.OpenAsync(await _browser!.NewContextAsync(options), address);
    }
}
