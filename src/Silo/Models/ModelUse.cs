using Atelier.Silo.Devices;

namespace Atelier.Silo.Models;

/// <summary>
/// A model while a device's thread draws with it. It is given back once, after all that the thread was given to do: a device that hangs may compute with it
/// still.
/// </summary>
/// <param name="model">The model, which is disposed with this.</param>
/// <param name="device">Where it draws.</param>
internal sealed class ModelUse(IImageModel model, DeviceThread device) : IDisposable
{
    private int _isOver;

    /// <summary>The model.</summary>
    public IImageModel Model => model;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0) device.Post(model.Dispose);
    }
}
