using static TorchSharp.torch;

namespace Atelier.Diffusion.Kernels;

/// <summary>
/// y = x W^T + b for rows of channels, as a 1x1 convolution through oneDNN. PyTorch's own linear layers, and its 1x1 convolutions of fewer than 16
/// images on one thread, go through MKL, which uses half of the vector width of processors that are not Intel's.
/// </summary>
internal static class Pointwise
{
    /// <summary>From so many images on PyTorch gives 1x1 convolutions to oneDNN, also on one thread.</summary>
    public const int Images = 16;

    /// <summary>Multiplies.</summary>
    /// <param name="rows">[N, T, C] float32, dense.</param>
    /// <param name="weight">[D, C], with or without spatial dimensions of 1.</param>
    /// <param name="bias">[D] or null.</param>
    /// <returns>[N, T, D], dense.</returns>
    public static Tensor Apply(Tensor rows, Tensor weight, Tensor? bias)
    {
        var (n, t, channels) = (rows.shape[0], rows.shape[1], rows.shape[2]);
        var images = n * t % Images == 0 ? Images : n * t;
        var image = rows.view(images, n * t / images, 1, channels).permute(0, 3, 1, 2);
        return nn.functional.conv2d(image, weight.view(weight.shape[0], channels, 1, 1), bias).permute(0, 2, 3, 1).reshape(n, t, weight.shape[0]);
    }

    /// <summary>The same for the pixels of an image with channels last.</summary>
    /// <param name="image">[N, C, H, W] float32, channels last.</param>
    /// <param name="weight">[D, C, 1, 1].</param>
    /// <param name="bias">[D] or null.</param>
    /// <returns>[N, D, H, W], channels last.</returns>
    public static Tensor ApplyToImage(Tensor image, Tensor weight, Tensor? bias) =>
        ToImage(Apply(ToRows(image), weight, bias), image.shape[2], image.shape[3]);

    /// <summary>[N, C, H, W], channels last, as [N, H * W, C].</summary>
    public static Tensor ToRows(Tensor image) => image.permute(0, 2, 3, 1).reshape(image.shape[0], image.shape[2] * image.shape[3], image.shape[1]);

    /// <summary>[N, H * W, C] as [N, C, H, W], channels last.</summary>
    public static Tensor ToImage(Tensor rows, long height, long width) => rows.view(rows.shape[0], height, width, rows.shape[2]).permute(0, 3, 1, 2);
}
