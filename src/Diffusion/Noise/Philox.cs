namespace Atelier.Diffusion.Noise;

/// <summary>
/// Philox 4x32-10 (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3", doi:10.1145/2063384.2063405): a function from a 64-bit
/// key and a 128-bit counter to 128 random bits. It has no state, so any number can be had without the ones before it.
/// </summary>
public static class Philox
{
    /// <summary>The four 32-bit outputs for a key and a counter.</summary>
    /// <param name="key">64-bit key; its low word is the first key word.</param>
    /// <param name="c0">Counter word 0.</param>
    /// <param name="c1">Counter word 1.</param>
    /// <param name="c2">Counter word 2.</param>
    /// <param name="c3">Counter word 3.</param>
    public static (uint R0, uint R1, uint R2, uint R3) Block(ulong key, uint c0, uint c1, uint c2, uint c3)
    {
        var (k0, k1) = ((uint)key, (uint)(key >> 32));
        for (var round = 0; round < 10; round++)
        {
            var product0 = (ulong)c0 * 0xD2511F53;
            var product1 = (ulong)c2 * 0xCD9E8D57;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 = unchecked(k0 + 0x9E3779B9);
            k1 = unchecked(k1 + 0xBB67AE85);
        }
        return (c0, c1, c2, c3);
    }
}
