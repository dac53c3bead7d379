namespace Atelier.Diffusion.Training;

/// <summary>What one optimizer step did.</summary>
/// <param name="Step">Steps finished.</param>
/// <param name="Loss">Mean hybrid loss of the batch.</param>
/// <param name="Mse">Its mean squared error part.</param>
/// <param name="Bound">The variational bound, bits a dimension.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate used.</param>
public sealed record TrainingProgress(long Step, double Loss, double Mse, double Bound, double GradientNorm, double LearningRate);
