using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Processes;

/// <summary>A number of a schedule in formulas of tensors, rounded to float32 where it meets one: the same for all samples, or one for each.</summary>
/// <param name="all">The number of all samples.</param>
/// <param name="each">One a sample, [N, 1, 1, 1] float32.</param>
internal readonly struct Coefficient(Scalar? all, Tensor? each)
{
    /// <summary>c x.</summary>
    public static Tensor operator *(Coefficient c, Tensor x) => c.Each is { } each ? each * x : x * c.All!;

    /// <summary>x / c.</summary>
    public static Tensor operator /(Tensor x, Coefficient c) => c.Each is { } each ? x / each : x / c.All!;

    private Scalar? All => all;

    private Tensor? Each => each;

    /// <summary>The number itself as a tensor.</summary>
    /// <param name="like">Gives shape and device, [N, C, H, W].</param>
    public Tensor ExpandAs(Tensor like) => each is null ? full_like(like, all!) : each.expand_as(like);

    /// <summary>The number itself, for what takes one a sample, [N, 1, 1, 1].</summary>
    /// <param name="like">Gives N and device.</param>
    public Tensor ForEach(Tensor like) => each ?? full(like.shape[0], 1, 1, 1, all!, dtype: float32, device: like.device);
}
