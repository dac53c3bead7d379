using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Samplers;
using Atelier.Silo.Models;

namespace Atelier.Silo.Drawing;

/// <summary>What a worker knows of the job that it draws for.</summary>
/// <param name="Store">Where jobs live.</param>
/// <param name="Id">Name of the job.</param>
/// <param name="Record">Its spec and incarnation.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Model">Its model, on the worker's device.</param>
internal sealed record DrawingJob(IStore Store, string Id, JobRecord Record, JobPlan Plan, IImageModel Model)
{
    public JobSpec Spec => Record.Spec;

    public int BatchSize => Plan.BatchSize ?? throw new InvalidOperationException("the batch size of the plan is not resolved");

    /// <summary>How its batches are sampled.</summary>
    public SamplingSettings Settings => Spec.ToSamplingSettings(BatchSize);
}
