namespace Atelier.Dataset.Stores.Blobs;

/// <summary>A request to a container failed.</summary>
/// <param name="fault">What went wrong.</param>
internal sealed class BlobException(BlobFault fault) : IOException(fault.Message)
{
    /// <summary>Whether the setting that names the store is what has to be mended.</summary>
    public bool InSetting { get; } = fault.InSetting;
}
