namespace Atelier.Diffusion.Processes;

/// <summary>What follows from a <see cref="VarianceType"/>.</summary>
public static class VarianceTypes
{
    /// <summary>Whether a network's output has variance values in its second half.</summary>
    /// <param name="type">The type.</param>
    public static bool IsLearned(this VarianceType type) => type is VarianceType.Learned or VarianceType.LearnedRange;
}
