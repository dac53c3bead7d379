using Atelier.Input;

namespace Atelier.Diffusion.Weights;

/// <summary>An open PyTorch checkpoint: what its pickle says, and the elements of its storages.</summary>
internal abstract class CheckpointFile : IDisposable
{
    /// <summary>What torch.save was given, with references in place of tensors.</summary>
    public object? Root { get; protected init; }

    /// <summary>Opens a checkpoint in either format and reads its pickle.</summary>
    /// <exception cref="InvalidDataException">It is in neither, or damaged or hostile.</exception>
    public static CheckpointFile Open(string path)
    {
        var file = RegularFile.OpenRead(path);
        try
        {
            return ContentBoundary.Read(path, CheckpointError.Problem, () => Open(file, path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A storage's bytes from its first on; the stream belongs to the caller.</summary>
    public abstract Stream OpenStorage(StorageReference storage);

    public abstract void Dispose();

    private static CheckpointFile Open(FileStream file, string path)
    {
        var start = file.ReadByte();
        file.Position = 0;
        return start switch
        {
            'P' => new ZipCheckpointFile(file, path),
            (int)PickleOpcode.Protocol => new LegacyCheckpointFile(file, path),
            _ => throw CheckpointError.Unusable(path, "it is neither a zip archive nor a pickle"),
        };
    }
}
