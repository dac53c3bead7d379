using System.Text.Json.Serialization;

namespace Atelier.Diffusion.Processes;

/// <summary>What a network's output stands for.</summary>
public enum Prediction
{
    /// <summary>The noise in x_t.</summary>
    [JsonStringEnumMemberName("epsilon")] Epsilon,

    /// <summary>x_0.</summary>
    [JsonStringEnumMemberName("start_x")] StartX,

    /// <summary>The mean of p(x_{t-1} | x_t).</summary>
    [JsonStringEnumMemberName("previous_x")] PreviousX,

    /// <summary>v = alpha epsilon - sigma x_0 (Salimans and Ho 2022, arXiv:2202.00512, appendix D).</summary>
    [JsonStringEnumMemberName("velocity")] Velocity,

    /// <summary>epsilon - x_0, along which flow matching moves (Lipman et al. 2022, arXiv:2210.02747); not what the papers on diffusion call velocity.</summary>
    [JsonStringEnumMemberName("flow")] Flow,
}
