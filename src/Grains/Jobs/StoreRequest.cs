using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>An operation with an answer.</summary>
/// <param name="call">How to carry it out.</param>
internal sealed class StoreRequest<T>(Func<IStore, CancellationToken, Task<T>> call) : StoreOperation
{
    private T _answer = default!;

    /// <summary>The answer; throws what went wrong where there is none.</summary>
    public T Answer
    {
        get
        {
            Check();
            return _answer;
        }
    }

    protected override async Task CallAsync(IStore store, CancellationToken cancellationToken) => _answer = await call(store, cancellationToken);
}
