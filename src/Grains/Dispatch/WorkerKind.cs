using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Dispatch;

/// <summary>What workers have in common that a job answers alike.</summary>
/// <param name="Silo">Where they live.</param>
/// <param name="Device">What they drive.</param>
/// <param name="ModelDigest">What they have loaded.</param>
internal sealed record WorkerKind(string? Silo, string Device, string? ModelDigest)
{
    // Thousands are looked up at once, and the texts are long.
    private readonly int _hash = HashCode.Combine(Silo, Device, ModelDigest);

    public override int GetHashCode() => _hash;

    public static WorkerKind Of(WorkerInfo worker) => new(worker.Silo, worker.Device, worker.ModelDigest);
}
