using Atelier.Abstractions;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Devices;
using Atelier.Diffusion.Models;
using Atelier.Silo.Devices;
using Atelier.Silo.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace Atelier.Silo.Models;

/// <summary>
/// The models this process can load: those of its own folders, by name, and those of the store, by digest. Each is loaded once a device, and stays in memory while
/// it is used or among the last ones that were, see <see cref="WorkerOptions.ModelsInMemory"/>.
/// </summary>
internal sealed class ModelLibrary : IModelProvider, IDisposable
{
    private readonly ModelMemory<LoadedModel> _memory;
    private readonly IReadOnlyDictionary<string, string> _folders;
    private readonly string _precision;
    private readonly ModelCache? _cache;
    private Task _preparing = Task.CompletedTask;

    /// <summary>The models that options name, and those of the store.</summary>
    public ModelLibrary(WorkerOptions options, IStore? store)
    {
        (_folders, _precision, _memory) = (options.Models, options.Precision, new ModelMemory<LoadedModel>(options.ModelsInMemory));
        _cache = store is null ? null : new ModelCache(store, options.ModelCache ?? ModelCache.DefaultFolder);
    }

    /// <inheritdoc/>
    public int CudaDevices => torch.cuda.is_available() ? torch.cuda.device_count() : 0;

    /// <inheritdoc/>
    public void CheckPrecision(string device) => ModelPrecision.Check(_precision, device, CpuFeatures.CanMultiplyInBFloat16);

    /// <inheritdoc/>
    /// <remarks>One intra-op thread, because results depend on their number; the workers of a CPU are parallel by being several.</remarks>
    public void PrepareThread(string device)
    {
        torch.set_num_threads(1);
        LibtorchLog.ShowErrorsOnly();
        if (WorkerDevices.CudaIndex(device) is not null) CudaNumerics.Configure();
    }

    /// <inheritdoc/>
    public async Task<IImageModel> LoadAsync(string name, string digest, string device, CancellationToken cancellationToken) =>
        new HeldModel(await _memory.HoldAsync(digest, device, () => OpenAsync(name, digest, device), cancellationToken));

    /// <summary>
    /// Loads a model and lets it probe its numerics class in the background, so that the first lease finds both done. Whatever fails, fails again where
    /// it is needed. Call it once.
    /// </summary>
    /// <param name="coming">The work that is to come.</param>
    /// <param name="devices">The devices of the workers.</param>
    public void Prepare(ComingWork coming, IEnumerable<string> devices) =>
        _preparing = Task.WhenAll(devices.Distinct().Select(device => Task.Run(() => PrepareAsync(coming, device))));

    private async Task PrepareAsync(ComingWork coming, string device)
    {
        try
        {
            using var model = await LoadAsync(coming.Model, coming.Digest, device, CancellationToken.None);
            if (coming.BatchSize is not { } batchSize) return;
            using var thread = new DeviceThread($"preparing {device}", () => PrepareThread(device), TimeProvider.System, NullLogger.Instance);
            await thread.RunAsync(() => model.NumericsClass(batchSize));
        }
        catch (Exception)
        {
            // The first worker meets the same, and has a job to tell it to.
        }
    }

    public void Dispose()
    {
        // A model that computes must not go away.
        _preparing.Wait();
        _memory.Dispose();
    }

    private async Task<LoadedModel> OpenAsync(string name, string digest, string device)
    {
        var folder = await FindAsync(name, digest);
        var cuda = WorkerDevices.CudaIndex(device);
        var model = folder.Load(cuda is { } index ? new torch.Device(DeviceType.CUDA, index) : null, ModelPrecision.TypeOf(_precision));
        var make = cuda is { } number ? DeviceNames.Cuda(number) : DeviceNames.Cpu;
        return new LoadedModel(model, $"{device.Split(':')[0]} {_precision}", $"{make} {_precision}");
    }

    private async Task<ModelFolder> FindAsync(string name, string digest)
    {
        var here = _folders.TryGetValue(name, out var path) ? ModelFolder.Open(path) : null;
        if (here?.Digest == digest) return here;
        if (_cache is not null && await _cache.GetAsync(digest, CancellationToken.None) is { } fetched) return fetched;
        var problem = here is null
            ? $"no model '{name}' here; known: {string.Join(", ", _folders.Keys.Order(StringComparer.Ordinal))}"
            : $"model '{name}' in {path} has digest {here.Digest}, the job was made for {digest}";
        throw new InvalidInputException(_cache is null ? problem : $"{problem}; the store has none of digest {digest} either");
    }
}
