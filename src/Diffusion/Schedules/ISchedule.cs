namespace Atelier.Diffusion.Schedules;

/// <summary>The noise levels of a forward process, and which of them a run visits.</summary>
public interface ISchedule
{
    /// <summary>Where time ends, as the network counts it: a level's share of the time is its timestep divided by this.</summary>
    double Duration { get; }

    /// <summary>The levels of a run.</summary>
    /// <param name="steps">Network evaluations, at least 1.</param>
    /// <param name="spacing">Which levels.</param>
    /// <exception cref="ArgumentException">So many steps, or such levels, there are not.</exception>
    LevelRun Run(int steps, LevelSpacing spacing);
}
