using Atelier.Dataset.Decisions;
using Atelier.Grains.Events;

namespace Atelier.Grains.Jobs;

/// <summary>
/// What people have decided about a job. Decisions are numbered files made create-only: of two activations that decide at once one gets the number, and the other reads what
/// it decided before it tries the next. Answers may come late, twice and in any order: only the next number teaches anything.
/// </summary>
/// <param name="job">Name of the job.</param>
/// <param name="time">The time.</param>
/// <param name="events">Told of what is decided once the last decision is known.</param>
internal sealed class Decisions(string job, TimeProvider time, JobEvents events)
{
    private bool _areLoaded;

    /// <summary>What holds.</summary>
    public JobDecision Last { get; private set; } = new();

    /// <summary>The number of the next decision.</summary>
    public int Next { get; private set; }

    /// <summary>Reads the last decision, without those before it.</summary>
    public IEnumerable<StoreOperation> Load()
    {
        var find = new StoreRequest<int>((store, cancel) => JobDecisionFiles.FindLastAsync(store, job, cancel));
        yield return find;
        if (find.Answer > Next) Next = find.Answer;
        foreach (var operation in Poll()) yield return operation;
        _areLoaded = true;
    }

    /// <summary>Catches up with what other activations have decided; one read when there is nothing.</summary>
    public IEnumerable<StoreOperation> Poll()
    {
        while (true)
        {
            var number = Next;
            var read = new StoreRequest<JobDecision?>((store, cancel) => JobDecisionFiles.ReadAsync(store, job, number, cancel));
            yield return read;
            if (read.Answer is not { } decision) yield break;
            if (number != Next) continue;
            if (_areLoaded && DecisionChange.Between(Last, decision) is { } change) events.Add(change, by: decision.By);
            (Next, Last) = (number + 1, decision);
        }
    }

    /// <summary>Decides the first, unless something was decided.</summary>
    public IEnumerable<StoreOperation> Begin(JobDecision first)
    {
        if (Next == 0)
        {
            var create = Create(0, first);
            yield return create;
            _ = create.Answer;
        }
        foreach (var operation in Poll()) yield return operation;
    }

    /// <summary>Decides, durably when the flow ends.</summary>
    /// <param name="change">Makes the next decision of the last; the same one when nothing changes. May be called several times.</param>
    public IEnumerable<StoreOperation> Decide(Func<JobDecision, JobDecision> change)
    {
        while (true)
        {
            foreach (var operation in Poll()) yield return operation;
            var next = change(Last);
            if (next == Last) yield break;
            var create = Create(Next, next);
            yield return create;
            // Whether this call or another made the file, the next turn reads it.
            _ = create.Answer;
        }
    }

    private StoreRequest<bool> Create(int number, JobDecision decision)
    {
        var dated = decision with { Changed = time.GetUtcNow() };
        return new StoreRequest<bool>((store, cancel) => JobDecisionFiles.TryCreateAsync(store, job, number, dated, cancel));
    }
}
