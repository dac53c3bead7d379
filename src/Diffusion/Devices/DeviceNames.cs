using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Atelier.Diffusion.Devices;

/// <summary>What devices call themselves: machines of one make have the same names.</summary>
public static partial class DeviceNames
{
    private const int BrandLeaf = unchecked((int)0x80000002);
    private const int BrandLeaves = 3;
    private const int MaxLength = 256;

    /// <summary>The processor's brand string (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID), or <c>cpu</c> where it has none.</summary>
    public static string Cpu { get; } = X86Base.IsSupported ? Brand(X86Base.CpuId) : "cpu";

    /// <summary>The name of a CUDA device, or <c>cuda</c> where the driver does not tell.</summary>
    /// <param name="index">Its number among those that this process sees.</param>
    public static string Cuda(int index)
    {
        try
        {
            var name = new byte[MaxLength];
            return Initialize(0) == 0 && GetDevice(out var device, index) == 0 && GetName(name, name.Length - 1, device) == 0 && Text(name) is { Length: > 0 } text
                ? text
                : "cuda";
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return "cuda";
        }
    }

    /// <summary>The brand string of any processor.</summary>
    /// <param name="cpuId">Registers of a leaf and subleaf.</param>
    internal static string Brand(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        if ((uint)cpuId(unchecked((int)0x80000000), 0).Eax < unchecked((uint)BrandLeaf) + BrandLeaves - 1) return "cpu";
        var registers = Enumerable.Range(BrandLeaf, BrandLeaves).Select(leaf => cpuId(leaf, 0)).SelectMany(leaf => new[] { leaf.Eax, leaf.Ebx, leaf.Ecx, leaf.Edx });
        return Text([.. registers.SelectMany(BitConverter.GetBytes)]) is { Length: > 0 } brand ? brand : "cpu";
    }

    private static string Text(byte[] name) => Encoding.ASCII.GetString(name.AsSpan(0, Math.Max(0, Array.IndexOf(name, (byte)0)))).Trim();

    // TorchSharp has no binding of cudaGetDeviceProperties; the driver, without which there is no CUDA device, has a function of its own.
    [LibraryImport("libcuda.so.1", EntryPoint = "cuInit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Initialize(uint flags);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuDeviceGet")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetDevice(out int device, int index);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuDeviceGetName")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetName([Out] byte[] name, int length, int device);
}
