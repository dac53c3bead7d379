using System.Text.RegularExpressions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Submit;
using Atelier.Dataset.Jobs;

namespace Atelier.Dashboard.Tests.Submit;

public sealed partial class TrialTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trial_IsAJobOfTheFirstRows_OutOfTheWay_AndRemovedAgain()
    {
        var page = await PostAsync("trial", "");
        var job = TrialName().Match(page).Value;
        Assert.True(Trial.IsName(job));
        Assert.Contains("0 of 8 samples drawn", page, StringComparison.Ordinal);
        var plan = await JobFiles.ReadPlanAsync(dashboard.Store, job, Cancel);
        Assert.Equal((8, 8L, 1), (plan!.Rows, plan.Samples, plan.ImagesPerPrompt));
        var rows = await JobFiles.ReadPromptsAsync(dashboard.Store, job, 0, plan.ChunkRows, Cancel);
        Assert.Equal(["prompt 0", "prompt 7"], [rows![0].Prompt, rows[^1].Prompt]);
        Assert.Equal(JobStatus.Unknown, (await dashboard.Grains.GetGrain<IJobGrain>("whole").GetProgress()).Status);

        Assert.DoesNotContain(job, await GetAsync("/jobs"), StringComparison.Ordinal);
        Assert.Contains(job, await GetAsync("/jobs?view=trials"), StringComparison.Ordinal);
        Assert.Contains(job, await GetAsync($"/jobs?q={job[..12]}"), StringComparison.Ordinal);

        await new Browser.PlayedWorker(dashboard.Grains, dashboard.Store, "t/1").WorkAsync(job);
        var drawn = await PostAsync("look", job);
        Assert.Equal(8, drawn.Split($"/jobs/{job}/images/0").Length - 1);

        Assert.DoesNotContain(job, await PostAsync("remove", job), StringComparison.Ordinal);
        while ((await dashboard.Grains.GetGrain<IJobGrain>(job).GetProgress()).Status != JobStatus.Unknown) await Task.Delay(20, Cancel);
    }

    [Theory]
    [InlineData("trial-20261129-183000-0a1b2c3d", true)]
    [InlineData("trial-of-mine", false)]
    [InlineData("night-shift", false)]
    public void Names_OfTrials_AreNobodyElses(string job, bool isTrial) => Assert.Equal(isTrial, Trial.IsName(job));

    private async Task<string> GetAsync(string path) => await dashboard.Http.GetStringAsync(new Uri(path, UriKind.Relative), Cancel);

    private async Task<string> PostAsync(string step, string trial)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in new[]
                 {
                     ("job", "whole"), ("model", $"{TestDashboard.Spec.Model} {TestDashboard.Spec.ModelDigest}"), ("prompts", string.Join('\n', Enumerable.Range(0, 20).Select(row => $"prompt {row}"))),
                     ("images", "3"), ("step", step), ("trial", trial),
                 })
            form.Add(new StringContent(value), name);
        using var response = await dashboard.Http.PostAsync(new Uri("/submit", UriKind.Relative), form, Cancel);
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    [GeneratedRegex("trial-[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")]
    private static partial Regex TrialName();
}
