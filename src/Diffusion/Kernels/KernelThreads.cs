using static TorchSharp.torch;

namespace Atelier.Diffusion.Kernels;

/// <summary>Spreads independent parts of a kernel over as many threads as PyTorch would use; which part runs where changes no result.</summary>
internal static class KernelThreads
{
    /// <summary>Runs every part; on the calling thread where there is but one.</summary>
    /// <param name="parts">How many there are.</param>
    /// <param name="part">Told its number.</param>
    public static void ForEach(int parts, Action<int> part)
    {
        var threads = Math.Min(parts, get_num_threads());
        if (threads <= 1)
        {
            for (var i = 0; i < parts; i++) part(i);
            return;
        }
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part);
    }
}
