using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Decisions;

public sealed class JobDecisionFilesTests
{
    private readonly MemoryStore _store = new();

    [Fact]
    public async Task ReadAsync_GivesWhatWasWritten_AndANumberIsWrittenOnce()
    {
        var state = new JobDecision
        {
            Lifecycle = JobLifecycle.Paused,
            Scheduling = new JobScheduling { Submitter = "ann", Priority = JobPriority.High, Weight = 3 },
            Round = 2,
            By = "ann@hall-3",
            Reason = "the demo",
            Changed = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        };
        Assert.Equal(-1, await JobDecisionFiles.FindLastAsync(_store, "job", Cancel));
        Assert.True(await JobDecisionFiles.TryCreateAsync(_store, "job", 0, state, Cancel));
        Assert.False(await JobDecisionFiles.TryCreateAsync(_store, "job", 0, new JobDecision(), Cancel));
        Assert.Equal(state, await JobDecisionFiles.ReadAsync(_store, "job", 0, Cancel));
        Assert.Null(await JobDecisionFiles.ReadAsync(_store, "job", 1, Cancel));
        Assert.Equal(
            """
            {
              "lifecycle": "paused",
              "scheduling": {
                "submitter": "ann",
                "priority": "high",
                "weight": 3
              },
              "round": 2,
              "by": "ann@hall-3",
              "reason": "the demo",
              "changed": "2026-01-02T03:04:05+00:00"
            }

            """,
            Encoding.UTF8.GetString((await _store.ReadAsync("job/state/00000.json", Cancel))!));
    }

    [Fact]
    public async Task ReadAsync_OfADecisionByANewerProgram_LeavesOutWhatItDoesNotKnow()
    {
        await _store.TryCreateAsync("job/state/00000.json", "{ \"lifecycle\": \"paused\", \"mood\": \"calm\" }"u8.ToArray(), Cancel);
        Assert.Equal(JobLifecycle.Paused, (await JobDecisionFiles.ReadAsync(_store, "job", 0, Cancel))!.Lifecycle);
    }

    [Fact]
    public async Task FindLastAsync_CountsAsNumbers()
    {
        foreach (var number in new[] { 0, 9, 100_000, 99_999 }) await JobDecisionFiles.TryCreateAsync(_store, "job", number, new JobDecision(), Cancel);
        Assert.Equal(100_000, await JobDecisionFiles.FindLastAsync(_store, "job", Cancel));
    }

    [Fact]
    public async Task ReadAsync_OfADamagedState_NamesTheFile()
    {
        await _store.TryCreateAsync("job/state/00000.json", "{ \"lifecycle\": 7 }"u8.ToArray(), Cancel);
        var damaged = await Assert.ThrowsAsync<InvalidInputException>(() => JobDecisionFiles.ReadAsync(_store, "job", 0, Cancel));
        Assert.StartsWith("job/state/00000.json is damaged: ", damaged.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
