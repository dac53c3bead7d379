using System.Numerics;

namespace Atelier.Dashboard.Samples;

/// <summary>
/// The numbers 0 to n - 1 in an order that a seed decides, each once, without a list of them: a Feistel network of four rounds over the smallest even number of bits that holds
/// them; what comes out too large goes in again (Black and Rogaway, 2002, "Ciphers with Arbitrary Finite Domains", section 4).
/// </summary>
/// <param name="count">How many numbers, 1 or more.</param>
/// <param name="seed">The seed.</param>
internal sealed class Shuffle(long count, ulong seed)
{
    private const int Rounds = 4;

    private readonly int _half = Math.Max(1, (BitOperations.Log2((ulong)Math.Max(1, count - 1)) + 2) / 2);

    /// <summary>The number at a place of the order.</summary>
    /// <param name="place">From 0.</param>
    public long this[long place]
    {
        get
        {
            var value = (ulong)place;
            do value = Permute(value);
            while (value >= (ulong)count);
            return (long)value;
        }
    }

    private ulong Permute(ulong value)
    {
        var mask = (1UL << _half) - 1;
        var (left, right) = (value >> _half, value & mask);
        for (var round = 0; round < Rounds; round++) (left, right) = (right, left ^ (Mix(right + seed * 0x9E3779B97F4A7C15 + (ulong)round) & mask));
        return (left << _half) | right;
    }

    // The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
