using Atelier.Silo.Models;

namespace Atelier.Simulation;

/// <summary>The models of this machine, which tell a log what is drawn with them.</summary>
internal sealed class LoggedModels(DrawLog log) : IModelProvider
{
    public int CudaDevices => log.Library.CudaDevices;

    public void CheckPrecision(string device) => log.Library.CheckPrecision(device);

    public void PrepareThread(string device) => log.Library.PrepareThread(device);

    public async Task<IImageModel> LoadAsync(string name, string digest, string device, CancellationToken cancellationToken)
    {
        log.BeginLoad();
        var model = await log.Library.LoadAsync(name, digest, device, cancellationToken);
        log.EndLoad();
        return new LoggedModel(model, log);
    }
}
