using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Jobs;

namespace Atelier.Dataset.Verification;

/// <summary>Compares what was staged and decided before the first sample was drawn: spec, plan, rows, inputs, states, faults and the numerics class.</summary>
internal sealed class StagedVerification(VerifiedJob job, Findings findings)
{
    // The first half of the digests of inputs that rows name; a second SHA-256 with the same half nobody can make.
    private readonly HashSet<Int128> _named = [];
    private bool _areRowsWhole = true;
    private JobDecision? _state;

    /// <summary>Compares spec and plan.</summary>
    public void VerifyPlan()
    {
        try
        {
            JobSpecRules.Check(job.Spec);
        }
        catch (InvalidInputException bad)
        {
            findings.Add(JobPaths.Record(job.Id), $"has a spec that no job may have: {bad.Message}");
            return;
        }
        var (plan, expected, path) = (job.Plan, JobPlan.Of(job.Spec, job.Plan.Rows), JobPaths.Plan(job.Id));
        Compare("images_per_prompt", plan.ImagesPerPrompt, expected.ImagesPerPrompt);
        Compare("shard_size", plan.ShardSize, expected.ShardSize);
        if (!job.Spec.BatchSize.IsByDevice) Compare("batch_size", plan.BatchSize, expected.BatchSize);

        void Compare(string name, int? found, int? made)
        {
            if (found != made) findings.Add(path, string.Create(CultureInfo.InvariantCulture, $"has {name} {found}; the spec makes it {made}"));
        }
    }

    /// <summary>Learns the class that the job is bound to.</summary>
    public async Task VerifyNumericsAsync()
    {
        if (job.Spec.Numerics == "any") return;
        if (job.Spec.Numerics != "same")
        {
            job.NumericsClass = job.Spec.Numerics;
            return;
        }
        var path = JobPaths.Numerics(job.Id);
        var before = findings.Count;
        job.NumericsClass = (await findings.ReadAsync(path, JobJson.File.JobNumerics).ConfigureAwait(false))?.NumericsClass;
        if (job.NumericsClass is null && findings.Count == before && job.IsFinished) findings.Add(path, "is missing from a finished job");
    }

    /// <summary>Reads a chunk of the rows: that it is full, and that the inputs it names are there.</summary>
    public async Task VerifyChunkAsync(int chunk)
    {
        if (await job.Rows.ReadAsync(chunk).ConfigureAwait(false) is not { } rows)
        {
            _areRowsWhole = false;
            return;
        }
        var path = JobPaths.Prompts(job.Id, chunk);
        var expected = Math.Min(job.Plan.ChunkRows, job.Plan.Rows - (long)chunk * job.Plan.ChunkRows);
        if (rows.Count != expected) findings.Add(path, string.Create(CultureInfo.InvariantCulture, $"has {rows.Count} rows; the plan gives it {expected}"));
        foreach (var row in rows)
        {
            if (row.InputSha256 is not { } sha256) continue;
            if (!JobSpecRules.IsSha256(sha256))
                findings.Add(path, string.Create(CultureInfo.InvariantCulture, $"names in row {row.Index} the input '{sha256}'; allowed: the SHA-256 of one"));
            else if (_named.Add(Half(sha256)) && !await findings.ExistsAsync(JobPaths.Input(job.Id, sha256)).ConfigureAwait(false))
                findings.Add(JobPaths.Input(job.Id, sha256), string.Create(CultureInfo.InvariantCulture, $"is missing; row {row.Index} inpaints it"));
        }
    }

    /// <summary>Compares an input with its name.</summary>
    public async Task VerifyInputAsync(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (await findings.ReadAsync(path, JobLimits.MaxInputBytes).ConfigureAwait(false) is not { } content) return;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        if (sha256 != name) findings.Add(path, $"has SHA-256 {sha256}, which is not its name");
        else if (_areRowsWhole && !_named.Contains(Half(name))) findings.Add(path, "is named by no row");
    }

    /// <summary>Reads the next state of the job, in ascending order: that it is one, and that nothing was taken back that is final.</summary>
    /// <param name="path">The file.</param>
    /// <param name="number">Its number.</param>
    /// <param name="expected">The number that comes next.</param>
    public async Task VerifyStateAsync(string path, int number, int expected)
    {
        if (number != expected) findings.Add(path, string.Create(CultureInfo.InvariantCulture, $"has the number {number}; the next state is {expected}"));
        if (await findings.ReadAsync(path, JobJson.File.JobDecision).ConfigureAwait(false) is not { } state) return;
        await findings.LookAsync(path, () =>
        {
            state.Scheduling.Check();
            return Task.FromResult(true);
        }).ConfigureAwait(false);
        if (state.Lifecycle == JobLifecycle.Deleted) findings.Add(path, "says that the job is being deleted");
        else if (_state?.Lifecycle == JobLifecycle.Cancelled) findings.Add(path, "comes after the job was cancelled, which is final");
        if (state.Round < (_state?.Round ?? 0)) findings.Add(path, string.Create(CultureInfo.InvariantCulture, $"has the round {state.Round}; the state before it has {_state!.Round}"));
        _state = state;
    }

    /// <summary>Reads the note of a failure.</summary>
    public Task VerifyFailureAsync(string path) => findings.ReadAsync(path, JobJson.File.AttemptNote);

    private static Int128 Half(string sha256) => MemoryMarshal.Read<Int128>(Convert.FromHexString(sha256));
}
