namespace Atelier.Cli.Evaluate;

/// <summary>What one method drew.</summary>
/// <param name="Method">The method.</param>
/// <param name="Adherence">Images that show exactly the named object, in its colour and shape.</param>
/// <param name="Named">Images that show the named object, alone or beside another.</param>
/// <param name="Diversity">See <see cref="Evaluate.Diversity"/>; mean over classes.</param>
/// <param name="Evaluations">Passes of the base network that an image took; a guided step takes two.</param>
/// <param name="Gradients">Passes of the classifier that an image took, forward and backward.</param>
internal sealed record ComparisonResult(
    ComparisonMethod Method, Share Adherence, Share Named, double Diversity, double Evaluations, double Gradients);
