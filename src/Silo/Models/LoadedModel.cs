using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Atelier.Dataset.Images;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;

namespace Atelier.Silo.Models;

/// <summary>A model in memory; its weights are shared by all workers of a device.</summary>
internal sealed class LoadedModel(ModelFolder folder, ModelNetworks networks) : IDisposable
{
    private readonly ConcurrentDictionary<int, string> _numericsClasses = new();

    public ModelFolder Folder => folder;

    public SamplingPipeline Pipeline { get; } = new(folder, networks);

    /// <summary>The numerics class of this device for a batch size: what the probe batch comes to, and which codec writes it. Runs on the caller's thread.</summary>
    public string NumericsClass(int batchSize) => _numericsClasses.GetOrAdd(batchSize, size =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Pipeline.ProbeNumerics(size)} {ImageEncoder.Codec}"))));

    public void Dispose() => networks.Dispose();
}
