using Atelier.Dataset.Stores;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Tests.Jobs;

/// <summary>Carries flows out against a store, as the grain does, and throws what they throw.</summary>
internal static class Flows
{
    public static async Task RunAsync(IEnumerable<StoreOperation> flow, IStore store)
    {
        foreach (var operation in flow) await operation.RunAsync(store, TestContext.Current.CancellationToken);
    }
}
