using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Stores;

public sealed class MemoryStoreTests : StoreContract
{
    protected override IStore Store { get; } = new MemoryStore();
}
