namespace Atelier.Silo.Hosting;

/// <summary>What a process's workers will be asked for first.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Digest">What its contents must be.</param>
/// <param name="BatchSize">Samples of a batch; null where they are not known yet.</param>
public sealed record ComingWork(string Model, string Digest, int? BatchSize);
