namespace Atelier.Shapes;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): 64 random bits per step, the same on every machine and runtime.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>A stream of its own for item <paramref name="index"/> of the family <paramref name="seed"/>.</summary>
    public static SplitMix64 For(ulong seed, long index) => new(Mix(Mix(seed) ^ (ulong)index));

    /// <summary>The finaliser alone: a bijective hash of 64 bits, with Mix(0) not 0.</summary>
    public static ulong Mix(ulong value)
    {
        var z = value + GoldenGamma;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public ulong NextUInt64()
    {
        var result = Mix(_state);
        _state += GoldenGamma;
        return result;
    }

    /// <summary>Uniform in [0, 1), in steps of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    public double Between(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Uniform in [0, count).</summary>
    public int Below(int count) => (int)Math.BigMul(NextUInt64(), (ulong)count, out _);

    public bool Chance(double probability) => NextDouble() < probability;

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];
}
