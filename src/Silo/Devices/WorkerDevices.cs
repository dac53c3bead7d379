using System.Globalization;
using Atelier.Abstractions;
using Atelier.Silo.Hosting;
using Atelier.Silo.Models;

namespace Atelier.Silo.Devices;

/// <summary>The devices of a process's workers.</summary>
internal static class WorkerDevices
{
    private const string Auto = "auto";
    private const string Cpu = "cpu";
    private const string Cuda = "cuda:";

    /// <summary>The device of each worker: <c>cpu</c> as often as there are workers on it, and each named <c>cuda:N</c> once.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="models">Knows what there is.</param>
    /// <exception cref="InvalidInputException">Names the setting, its value and what is allowed.</exception>
    public static IReadOnlyList<string> Check(WorkerOptions options, IModelProvider models)
    {
        if (options.Count < 0) throw Invalid("workers", options.Count, "0 or more");
        var names = options.Devices.Split(',', StringSplitOptions.TrimEntries);
        // To count CUDA devices loads libtorch, which not every process can.
        var available = names is [Cpu] ? 0 : models.CudaDevices;
        if (names is [Auto]) names = available == 0 ? [Cpu] : [.. Enumerable.Range(0, available).Select(index => $"{Cuda}{index}")];
        foreach (var name in names)
        {
            if (name != Cpu && CudaIndex(name) is null) throw Invalid("devices", options.Devices, $"{Auto}, or {Cpu}, {Cuda}0, {Cuda}1, ... with commas between them");
            if (CudaIndex(name) >= available)
                throw Invalid("devices", options.Devices, available == 0 ? $"{Auto} or {Cpu}, since there is no usable CUDA device" : $"{Auto}, {Cpu} and {Cuda}0 to {Cuda}{available - 1}");
        }
        if (names.Distinct().Count() < names.Length) throw Invalid("devices", options.Devices, "each device once");
        foreach (var name in names) models.CheckPrecision(name);
        return [.. names.SelectMany(name => Enumerable.Repeat(name, name == Cpu ? options.Count : 1))];
    }

    /// <summary>N of <c>cuda:N</c>; null for every other text.</summary>
    public static int? CudaIndex(string name) =>
        name.StartsWith(Cuda, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(Cuda.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && name.Length == Cuda.Length + index.ToString(CultureInfo.InvariantCulture).Length ? index : null;

    private static InvalidInputException Invalid(string setting, object value, string allowed) => new($"{setting} is '{value}'; allowed: {allowed}");
}
