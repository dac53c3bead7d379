using Atelier.Abstractions;

namespace Atelier.Silo.Models;

/// <summary>Gives workers their models. The library of a machine's real ones is <see cref="ModelLibrary"/>; tests and benchmarks have simulated ones.</summary>
internal interface IModelProvider
{
    /// <summary>How many CUDA devices there are to draw on.</summary>
    int CudaDevices { get; }

    /// <summary>Refuses the precision that models are asked to have, where a device does not have it.</summary>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <exception cref="InvalidInputException">Names the precision and what is allowed.</exception>
    void CheckPrecision(string device);

    /// <summary>Makes the calling thread fit to draw on a device; called once, before anything else is done there.</summary>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    void PrepareThread(string device);

    /// <summary>Finds and loads a model, once for every device. The caller disposes what it gets, once for each call.</summary>
    /// <param name="name">Its name in job specs.</param>
    /// <param name="digest">What its contents must be.</param>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="InvalidInputException">There is no such model, or its contents are not those the job was made for.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    Task<IImageModel> LoadAsync(string name, string digest, string device, CancellationToken cancellationToken);
}
