namespace Atelier.Cli.Evaluate;

/// <summary>What is compared with one another.</summary>
internal enum ComparisonGroup
{
    /// <summary>Classifier-free and classifier guidance over their scales.</summary>
    Guidance,

    /// <summary>Samplers over their steps.</summary>
    Samplers,

    /// <summary>The methods of the guidance toolbox at one scale.</summary>
    Toolbox,
}
