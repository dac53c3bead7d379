namespace Atelier.Diffusion.Training;

/// <summary>What one optimizer step did.</summary>
/// <param name="Step">Steps finished.</param>
/// <param name="Loss">Mean loss of the batch.</param>
/// <param name="Measures">
/// Means over the batch of what <see cref="TrainingTask.Measures"/> names: squared error and variational bound in bits a dimension of a network that
/// draws, accuracy of a classifier.
/// </param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate used.</param>
public sealed record TrainingProgress(long Step, double Loss, IReadOnlyList<double> Measures, double GradientNorm, double LearningRate);
