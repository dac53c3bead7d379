using System.Text.Json.Serialization;

namespace Atelier.Diffusion.Processes;

/// <summary>Where the variance of p(x_{t-1} | x_t) comes from.</summary>
public enum VarianceType
{
    /// <summary>The network interpolates between betaTilde_t and beta_t (arXiv:2102.09672, equation 15).</summary>
    [JsonStringEnumMemberName("learned_range")] LearnedRange,

    /// <summary>The network gives the log variance.</summary>
    [JsonStringEnumMemberName("learned")] Learned,

    /// <summary>betaTilde_t (arXiv:2006.11239, section 3.2).</summary>
    [JsonStringEnumMemberName("fixed_small")] FixedSmall,

    /// <summary>beta_t (arXiv:2006.11239, section 3.2).</summary>
    [JsonStringEnumMemberName("fixed_large")] FixedLarge,
}
