using System.Diagnostics;

namespace Atelier.Simulation;

/// <summary>Words in a prompt that make the simulated sampler fail, so that a prompt list alone can carry trouble to any process.</summary>
public static class SimulatedFaults
{
    /// <summary>The sampler throws, every time.</summary>
    public const string Throw = "[throw]";

    /// <summary>The device runs out of memory.</summary>
    public const string OutOfMemory = "[memory]";

    /// <summary>The process dies at once, as by SIGKILL.</summary>
    public const string Kill = "[kill]";

    internal static void Meet(string prompt)
    {
        if (prompt.Contains(Kill, StringComparison.Ordinal)) Process.GetCurrentProcess().Kill();
        if (prompt.Contains(OutOfMemory, StringComparison.Ordinal)) throw new InsufficientMemoryException("The simulated device is out of memory.");
        if (prompt.Contains(Throw, StringComparison.Ordinal)) throw new ArgumentException("The simulated sampler cannot draw this.");
    }
}
