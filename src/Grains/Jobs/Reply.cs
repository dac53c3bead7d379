
namespace Atelier.Grains.Jobs;

/// <summary>What a flow answers to whoever began it.</summary>
internal sealed class Reply<T>
{
    public T Value { get; set; } = default!;
}
