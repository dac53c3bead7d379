using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Processes;

/// <summary>From what a network predicts to the image, and back.</summary>
internal static class Predictions
{
    /// <summary>x_0 of what a network gives.</summary>
    /// <param name="prediction">What that stands for.</param>
    /// <param name="output">It, without variance values.</param>
    /// <param name="x">x_t.</param>
    /// <param name="at">Where x_t is.</param>
    /// <exception cref="NotSupportedException">It is the mean of x_{t-1}, which says nothing without that step.</exception>
    public static Tensor XStart(this Prediction prediction, Tensor output, Tensor x, NoiseLevel at) => prediction switch
    {
        Prediction.Epsilon => (x - S(at.Sigma) * output) / S(at.Alpha),
        Prediction.StartX => output,
        Prediction.Velocity => S(at.Alpha) * x - S(at.Sigma) * output,
        Prediction.Flow => x - S(at.Sigma) * output,
        _ => throw new NotSupportedException("this sampler needs a network that predicts epsilon, x_0, velocity or flow, not the mean of x_{t-1}"),
    };

    /// <summary>What a network would have given for an x_0, the inverse of <see cref="XStart"/>.</summary>
    /// <param name="prediction">What its output stands for.</param>
    /// <param name="xStart">x_0.</param>
    /// <param name="x">x_t.</param>
    /// <param name="at">Where x_t is.</param>
    public static Tensor OutputFor(this Prediction prediction, Tensor xStart, Tensor x, NoiseLevel at) => prediction switch
    {
        Prediction.StartX => xStart,
        Prediction.Velocity => (S(at.Alpha) * x - xStart) / S(at.Sigma),
        Prediction.Flow => (x - xStart) / S(at.Sigma),
        _ => (x - S(at.Alpha) * xStart) / S(at.Sigma),
    };
}
