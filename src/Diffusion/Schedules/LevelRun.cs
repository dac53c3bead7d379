namespace Atelier.Diffusion.Schedules;

/// <summary>Where each step of a run begins and ends. Steps are counted down: 0 is the last, as in t.</summary>
public sealed class LevelRun
{
    private readonly IReadOnlyList<NoiseLevel> _from, _to;

    /// <summary>Steps that need not end where the next one begins: some schedules round the two apart.</summary>
    /// <param name="from">Where each begins, the noisiest first.</param>
    /// <param name="to">Where each ends.</param>
    public LevelRun(IReadOnlyList<NoiseLevel> from, IReadOnlyList<NoiseLevel> to) => (_from, _to) = (from, to);

    /// <summary>Steps from level to level.</summary>
    /// <param name="levels">The noisiest first, and last where the run ends: one more than steps.</param>
    public LevelRun(IReadOnlyList<NoiseLevel> levels) : this([.. levels.SkipLast(1)], [.. levels.Skip(1)])
    {
    }

    /// <summary>How many steps there are.</summary>
    public int Steps => _from.Count;

    /// <summary>What the first noise is multiplied by.</summary>
    /// <value>Default 1.</value>
    public double InitialScale { get; init; } = 1;

    /// <summary>Where a step begins.</summary>
    /// <param name="index">Steps - 1 for the first, 0 for the last.</param>
    public NoiseLevel From(int index) => _from[^(index + 1)];

    /// <summary>Where a step ends.</summary>
    /// <param name="index">Steps - 1 for the first, 0 for the last.</param>
    public NoiseLevel To(int index) => _to[^(index + 1)];
}
