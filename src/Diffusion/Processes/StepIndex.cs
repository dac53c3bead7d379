using Atelier.Diffusion.Samplers;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Processes;

/// <summary>
/// The step of a respaced schedule that the samples of a batch are at, 0 the least noisy: one for all of them, as in sampling, or one each, as in
/// training. With one for all, coefficients are numbers that go to the device with the call that uses them, and nothing waits for it.
/// </summary>
public readonly struct StepIndex
{
    private readonly int _all;
    private readonly Tensor? _each;

    private StepIndex(int all, Tensor? each) => (_all, _each) = (all, each);

    /// <summary>The step of all samples.</summary>
    /// <param name="index">0 to S - 1.</param>
    public static implicit operator StepIndex(int index) => new(index, null);

    /// <summary>A step for each sample.</summary>
    /// <param name="indices">[N] int64.</param>
    public static implicit operator StepIndex(Tensor indices) => new(0, indices);

    /// <summary>A coefficient at this step.</summary>
    /// <param name="table">One value a step.</param>
    internal Coefficient At(double[] table) => _each is null ? new Coefficient(S(table[_all]), null) : new Coefficient(null, GaussianDiffusion.At(table, _each));

    /// <summary>A coefficient at this step.</summary>
    /// <param name="steps">S.</param>
    /// <param name="value">Its value at a step.</param>
    internal Coefficient At(int steps, Func<int, double> value) =>
        _each is null ? new Coefficient(S(value(_all)), null) : At([.. Enumerable.Range(0, steps).Select(value)]);

    /// <summary>The timesteps of the original process.</summary>
    /// <param name="map">The timestep of each step.</param>
    /// <param name="scale">What the network counts for one of them.</param>
    internal Timesteps TimestepsOf(int[] map, double scale) => _each is null
        ? new Timesteps(map[_all], map[_all] * scale)
        : new Timesteps(tensor(Array.ConvertAll(map, step => (long)step)).to(_each.device)[_each], scale);
}
