using Atelier.Diffusion.Noise;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Pipelines;

/// <summary>
/// The noise of a batch, sample by sample a function of its seed. Samplers that take noise at every step go down from one step to the next, so the
/// noise of the next one is made on another thread while the device is at work.
/// </summary>
/// <param name="seeds">One a sample.</param>
/// <param name="stage">Stage of the cascade.</param>
/// <param name="shape">Channels, height and width of one sample.</param>
/// <param name="device">Where the noise is wanted.</param>
internal sealed class SampleNoise(ulong[] seeds, int stage, (int Channels, int Height, int Width) shape, Device device)
{
    private int _nextStep;
    private Task<float[]>? _next;

    /// <summary>Standard normal noise.</summary>
    /// <param name="step">-1 for x_T, or the step's index.</param>
    /// <returns>[N, C, H, W] float32.</returns>
    public Tensor At(int step)
    {
        var values = _next is not null && _nextStep == step ? _next.GetAwaiter().GetResult() : Make(step);
        // The last step, 0, takes none.
        (_nextStep, _next) = (step - 1, step > 1 ? Task.Run(() => Make(step - 1)) : null);
        return tensor(values, [seeds.Length, shape.Channels, shape.Height, shape.Width]).to(device);
    }

    private float[] Make(int step)
    {
        var length = shape.Channels * shape.Height * shape.Width;
        var values = new float[seeds.Length * length];
        for (var i = 0; i < seeds.Length; i++) GaussianNoise.Fill(values.AsSpan(i * length, length), seeds[i], stage, step);
        return values;
    }
}
