using System.CommandLine;
using Atelier.Silo.Hosting;

namespace Atelier.Cli;

/// <summary>The options <c>--devices</c> and <c>--precision</c> of commands that run workers. Whether this machine has what they name, <see cref="WorkerOptions.Check"/> says.</summary>
internal static class WorkerDeviceOptions
{
    /// <summary>The option <c>--devices</c>.</summary>
    public static Option<string> Devices() => new("--devices")
    {
        Description = "What workers draw on: auto (all CUDA devices, or the CPU where there is none), or cpu, cuda:0, cuda:1, ... with commas between them. "
            + "A CUDA device has one worker.",
        DefaultValueFactory = _ => "auto",
    };

    /// <summary>The option <c>--precision</c>.</summary>
    public static Option<string> Precision() => Options.Word(
        "--precision", ["fp32", "fp16", "bf16"], "What networks compute in; on the CPU fp32, and bf16 where the processor multiplies it. Other precisions make other last bits.");
}
