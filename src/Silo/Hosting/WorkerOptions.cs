using Atelier.Abstractions;
using Atelier.Silo.Devices;
using Atelier.Silo.Models;

namespace Atelier.Silo.Hosting;

/// <summary>The workers of a process.</summary>
public sealed record WorkerOptions
{
    /// <summary>Workers on the CPU, where that is among the devices; each computes with one thread, and they share the weights.</summary>
    public required int Count { get; init; }

    /// <summary>Folder of each model, by the name that job specs use.</summary>
    public required IReadOnlyDictionary<string, string> Models { get; init; }

    /// <summary>
    /// <c>auto</c> is all CUDA devices, or the CPU where there is none; otherwise devices with commas between them, such as <c>cuda:0,cuda:1</c> or
    /// <c>cpu</c>. Each CUDA device has one worker.
    /// </summary>
    /// <value>Default <c>auto</c>.</value>
    public string Devices { get; init; } = "auto";

    /// <summary>
    /// What networks compute in: <c>fp32</c>, <c>fp16</c> or <c>bf16</c>. On the CPU <c>fp32</c>, and <c>bf16</c> where the processor multiplies it.
    /// </summary>
    /// <value>Default <c>fp32</c>.</value>
    public string Precision { get; init; } = "fp32";

    /// <summary>
    /// How many models stay in the memory of each device, where jobs want several: of those that no worker draws with, the least recently used give way. Those that
    /// are drawn with stay, however many they are. At least 1.
    /// </summary>
    /// <value>Default 2: that of the job at hand, and that of the job before.</value>
    public int ModelsInMemory { get; init; } = 2;

    /// <summary>Folder for models that are fetched from the store; null is one in the user's cache folder.</summary>
    public string? ModelCache { get; init; }

    /// <summary>Refuses what this machine cannot do.</summary>
    /// <returns>The device of each worker.</returns>
    /// <exception cref="InvalidInputException">Names the setting, its value and what is allowed.</exception>
    public IReadOnlyList<string> Check()
    {
        if (ModelsInMemory < 1) throw new InvalidInputException($"models in memory is '{ModelsInMemory}'; allowed: 1 or more");
        using var models = new ModelLibrary(this, store: null);
        return WorkerDevices.Check(this, models);
    }
}
