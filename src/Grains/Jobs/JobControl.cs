using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>
/// What people have decided about a job. Decisions are numbered files made create-only: of two activations that decide at once one gets the number,
/// and the other reads what it decided before it tries the next.
/// </summary>
internal sealed class JobControl(IStore store, string job, TimeProvider time)
{
    private int _number = -1;

    public JobState State { get; private set; } = new();

    public async Task LoadAsync()
    {
        _number = await JobStateFiles.FindLastAsync(store, job) - 1;
        if (_number < -1) _number = -1;
        await PollAsync();
    }

    /// <summary>Catches up with what other activations have decided; one read when there is nothing.</summary>
    public async Task PollAsync()
    {
        while (await JobStateFiles.ReadAsync(store, job, _number + 1) is { } next) (_number, State) = (_number + 1, next);
    }

    /// <summary>Decides the first state, unless there is one.</summary>
    public async Task BeginAsync(JobState first)
    {
        if (_number < 0) await JobStateFiles.TryCreateAsync(store, job, 0, first with { Changed = time.GetUtcNow() });
        await PollAsync();
    }

    /// <summary>Decides, durably when the task completes.</summary>
    /// <param name="change">Makes the next state of the last; the same one when nothing changes. May be called several times.</param>
    public async Task ChangeAsync(Func<JobState, JobState> change)
    {
        while (true)
        {
            await PollAsync();
            var next = change(State);
            if (next == State) return;
            // Whether this call or another made the file, the next turn reads it.
            await JobStateFiles.TryCreateAsync(store, job, _number + 1, next with { Changed = time.GetUtcNow() });
        }
    }
}
