using Atelier.Diffusion.Training;

namespace Atelier.Cli.Train;

/// <summary>What the command line of <c>atelier train</c> asks for.</summary>
internal sealed record TrainSettings
{
    /// <summary>A model.json to train from scratch, or a model folder whose weights to train further.</summary>
    public required string Config { get; init; }

    /// <summary>Which network of the model to train.</summary>
    /// <value>Default the base network.</value>
    public TrainedNetwork Network { get; init; }

    /// <summary>Folder of the run.</summary>
    public required string Output { get; init; }

    /// <summary><see cref="TrainCommand.Shapes"/>, or a folder of images with captions.</summary>
    public required string Data { get; init; }

    /// <summary>Most objects of a scene of the shapes world, 1 or 2.</summary>
    public required int MaxObjects { get; init; }

    /// <summary>Share of scenes with two objects, where both counts are allowed.</summary>
    /// <value>Default 0.5.</value>
    public double TwoObjects { get; init; } = 0.5;

    /// <summary>How the network is trained.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Threads of one tensor operation.</summary>
    public required int Threads { get; init; }

    /// <summary><c>cpu</c> or <c>cuda:N</c>.</summary>
    public required string Device { get; init; }
}
