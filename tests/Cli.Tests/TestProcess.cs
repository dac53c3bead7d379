using System.Runtime.CompilerServices;
using Atelier.Diffusion.Devices;
using Xunit.Sdk;
using Xunit.v3;

// Every test computes on all cores, and fresh weights come from one generator of the process.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Atelier.Cli.Tests;

internal static class TestProcess
{
    /// <summary>What Program does first.</summary>
    [ModuleInitializer]
    internal static void Configure() => NativeRuntime.Configure();
}
