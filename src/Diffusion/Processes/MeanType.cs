using System.Text.Json.Serialization;

namespace Atelier.Diffusion.Processes;

/// <summary>What a network's output stands for.</summary>
public enum MeanType
{
    /// <summary>The noise in x_t.</summary>
    [JsonStringEnumMemberName("epsilon")] Epsilon,

    /// <summary>x_0.</summary>
    [JsonStringEnumMemberName("start_x")] StartX,

    /// <summary>The mean of p(x_{t-1} | x_t).</summary>
    [JsonStringEnumMemberName("previous_x")] PreviousX,

    /// <summary>v = sqrt(alphaBar_t) epsilon - sqrt(1 - alphaBar_t) x_0 (Salimans and Ho 2022, arXiv:2202.00512, appendix D).</summary>
    [JsonStringEnumMemberName("velocity")] Velocity,
}
