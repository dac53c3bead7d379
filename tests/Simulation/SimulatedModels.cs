using Atelier.Silo.Models;

namespace Atelier.Simulation;

/// <summary>Has every model, under every name and digest.</summary>
internal sealed class SimulatedModels(SimulationOptions options) : IModelProvider
{
    public int CudaDevices => options.CudaDevices;

    public void CheckPrecision(string device)
    {
    }

    public void PrepareThread(string device)
    {
    }

    public Task<IImageModel> LoadAsync(string name, string digest, string device, CancellationToken cancellationToken) =>
        Task.FromResult<IImageModel>(new SimulatedModel(options));
}
