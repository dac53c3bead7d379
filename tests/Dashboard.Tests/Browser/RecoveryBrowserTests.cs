using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>A page while the silo dies that holds the grain of its job.</summary>
public sealed class RecoveryBrowserTests : IAsyncLifetime
{
    private const string Job = "survivor";

    private readonly MemoryStore _store = new();
    private readonly Chromium _chromium = new();
    private InProcessTestCluster? _cluster;
    private DashboardHost? _host;

    public async ValueTask InitializeAsync()
    {
        await _chromium.InitializeAsync();
        if (Chromium.Program is null) return;
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<IStore>(_store).AddSingleton(TimeProvider.System);
            silo.Configure<ClusterMembershipOptions>(membership => (membership.ProbeTimeout, membership.NumMissedProbesLimit) = (TimeSpan.FromSeconds(2), 2));
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        _host = await DashboardHost.StartAsync(new DashboardOptions { Store = _store, Port = 0, Patience = TimeSpan.FromSeconds(1), Connect = _ => Task.FromResult<IGrainFactory>(_cluster.Client) });
    }

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        if (_host is not null) await _host.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Page_WhoseSiloDies_GoesOnByTheOther_AndItsCountsNeverGoBack()
    {
        await using var tab = await _chromium.OpenAsync(_host?.Address ?? new Uri("http://localhost"));
        var worker = new PlayedWorker(_cluster!.Client, _store, "hall-1/1");
        var grain = _cluster.Client.GetGrain<IJobGrain>(Job);
        await grain.Create(TestDashboard.Spec);
        await grain.Append(0, [.. Enumerable.Range(0, 8).Select(index => new PromptRow { Index = index, Prompt = $"prompt {index}" })]);
        await grain.Start(8);
        await worker.WorkAsync(Job, 3);
        await tab.GoAsync($"/jobs/{Job}");
        await tab.Page.Locator("#job-numbers").GetByText("6 of 8").WaitForAsync();
        await tab.Page.EvaluateAsync("""
            () => {
              const numbers = document.getElementById('job-numbers');
              const read = () => window.counts.push(numbers.textContent.match(/(\d+) of 8/)?.[1] ?? 'none');
              window.counts = [];
              read();
              new MutationObserver(read).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
            }
            """);

        var address = await _cluster.Client.GetGrain<IManagementGrain>(0).GetActivationAddress(grain, TestContext.Current.CancellationToken);
        await _cluster.KillSiloAsync(_cluster.Silos.Single(silo => silo.SiloAddress.Equals(address)), TestContext.Current.CancellationToken);

        await worker.WorkAsync(Job);
        await tab.Page.Locator("#notice[data-cluster=live]").WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Attached, Timeout = 60_000 });
        await tab.Page.Locator("#job-head[data-state=completed]").WaitForAsync(new() { Timeout = 60_000 });

        var counts = await tab.Page.EvaluateAsync<string[]>("window.counts");
        var numbers = counts.Where(count => count != "none").Select(count => int.Parse(count, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal((6, 8), (numbers[0], numbers[^1]));
        Assert.Equal(numbers.Order(), numbers);
        await tab.GoAsync("/jobs");
        Assert.Equal(1, await tab.Page.Locator("tbody tr").CountAsync());
    }
}
