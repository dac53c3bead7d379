using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>
/// What a flow wants of the store. A flow is an iterator: it yields an operation, somebody carries it out, and when the flow goes on the answer is in it. So all that a job
/// decides between two operations happens at once, and whoever carries them out says in which order they are answered: the grain as they come, a simulation as it likes.
/// </summary>
internal abstract class StoreOperation
{
    /// <summary>Why there is no answer; null when there is one.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Carries it out; whatever goes wrong is the answer.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The flow decides what of it can be borne.")]
    public async Task RunAsync(IStore store, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(store, cancellationToken);
        }
        catch (Exception fault)
        {
            Fault = fault;
        }
    }

    /// <summary>An operation that has nothing to answer but that it was carried out.</summary>
    public static StoreRequest<bool> Of(Func<IStore, CancellationToken, Task> call) => new(async (store, cancel) =>
    {
        await call(store, cancel);
        return true;
    });

    /// <summary>Says that no answer came, whatever the store has done.</summary>
    public void Lose(Exception fault) => Fault = fault;

    protected abstract Task CallAsync(IStore store, CancellationToken cancellationToken);

    /// <summary>Throws what went wrong.</summary>
    protected void Check()
    {
        if (Fault is not null) ExceptionDispatchInfo.Throw(Fault);
    }
}
