using System.Runtime.Intrinsics.X86;

namespace Atelier.Diffusion.Devices;

/// <summary>What the processor says it can do (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID).</summary>
public static class CpuFeatures
{
    private const int ExtendedFeatures = 7;
    private const int TilePalettes = 0x1D;

    /// <summary>
    /// Whether bfloat16 products run here and are faster than float32. False where they would be emulated, and where they would kill the
    /// process: a virtual machine may advertise AMX and hide its tile palettes, and oneDNN then executes an illegal instruction.
    /// </summary>
    public static bool CanMultiplyInBFloat16 => Avx512F.IsSupported && CanMultiply(X86Base.CpuId);

    /// <summary>The same for any processor.</summary>
    /// <param name="cpuId">Registers of a leaf and subleaf.</param>
    internal static bool CanMultiply(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        var highestLeaf = (uint)cpuId(0, 0).Eax;
        if (highestLeaf < ExtendedFeatures) return false;

        var features = cpuId(ExtendedFeatures, 0);
        if (features.Eax < 1 || !Has(cpuId(ExtendedFeatures, 1).Eax, bit: 5)) return false;     // AVX512_BF16
        var advertisesTiles = Has(features.Edx, bit: 24);                                       // AMX-TILE
        return !advertisesTiles || (highestLeaf >= TilePalettes && cpuId(TilePalettes, 0).Eax != 0);
    }

    private static bool Has(int register, int bit) => (register >> bit & 1) != 0;
}
