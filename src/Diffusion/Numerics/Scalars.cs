using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Numerics;

/// <summary>
/// Numbers in formulas of tensors, kept alive while they are used. A TorchSharp <see cref="Scalar"/> owns native memory that its finalizer
/// frees, and TorchSharp reads its handle before the native call without holding the object: a collection in between frees the number while
/// it is read, so that the call fails ("Expected false to be true") or computes with another number. What is made here stays reachable.
/// </summary>
/// <remarks>
/// Conversions from C# numbers are therefore banned (BannedSymbols.txt), and with them what makes a Scalar of its own inside TorchSharp:
/// sums, even of two tensors (alpha = 1), <c>Scalar - Tensor</c>, <c>square()</c>, <c>arange</c> without a step, some activations. None of
/// it is left. The functions in use that take a <see cref="double"/> (<c>group_norm</c>, <c>LayerNorm</c>, <c>pad</c>, <c>Dropout</c>,
/// <c>clip_grad_norm_</c>) hand it over as it is, and <c>lerp_</c> takes its weight as a tensor, which the dispose scope holds.
/// </remarks>
internal static class Scalars
{
    // A thread's native call is over before it makes the Scalars of the next formula, so this is far more than enough.
    private const int Kept = 4096;

    [ThreadStatic]
    private static Scalar[]? _recent;

    [ThreadStatic]
    private static int _next;

#pragma warning disable RS0030 // the one place where numbers become Scalars
    private static readonly Scalar One = 1;

    /// <summary>A floating-point number.</summary>
    /// <param name="value">Its value; float32 tensors round it where they meet it.</param>
    public static Scalar S(double value) => Keep(value);

    /// <summary>An integer, which leaves the type of an integer tensor as it is.</summary>
    /// <param name="value">Its value.</param>
    public static Scalar S(long value) => Keep(value);
#pragma warning restore RS0030

    /// <summary>left + right, for the operator + that would make a Scalar.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">A tensor, broadcast.</param>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);

    /// <summary>left + right, element by element.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">From <see cref="S(double)"/>.</param>
    public static Tensor Plus(this Tensor left, Scalar right) => left.add(right, One);

    /// <summary>left - right, element by element, computed as TorchSharp's operator does: (-right) + left.</summary>
    /// <param name="left">From <see cref="S(double)"/>.</param>
    /// <param name="right">A tensor.</param>
    public static Tensor Minus(this Scalar left, Tensor right)
    {
        using var negative = right.negative();
        return negative.add(left, One);
    }

    // What is overwritten is left to its finalizer, not disposed: whoever still holds it may use it.
    private static Scalar Keep(Scalar scalar)
    {
        var recent = _recent ??= new Scalar[Kept];
        recent[_next] = scalar;
        _next = (_next + 1) % Kept;
        return scalar;
    }
}
