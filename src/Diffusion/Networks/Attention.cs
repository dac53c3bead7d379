using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>
/// softmax(Q K^T / sqrt(C)) V for the memory layouts in which the official checkpoints keep queries, keys and values.
/// H heads of C channels each; T positions. Fused kernels need queries, keys and values whose channels are adjacent; given any other layout
/// PyTorch falls back to one that writes the T x T weights down, without a word.
/// </summary>
public static class Attention
{
    /// <summary>GLIDE's image attention: each head's q, k and v lie together, and encoded text may be put before the keys and values.</summary>
    /// <param name="qkv">[N, H * 3 * C, T].</param>
    /// <param name="heads">H.</param>
    /// <param name="encoderKv">Keys and values of the text, [N, H * 2 * C, L]; null attends to the image alone.</param>
    /// <returns>[N, H * C, T].</returns>
    public static Tensor ImageLayout(Tensor qkv, int heads, Tensor? encoderKv = null)
    {
        var (n, channels, t) = (qkv.shape[0], qkv.shape[1] / (3 * heads), qkv.shape[2]);
        var parts = qkv.reshape(n, heads, 3 * channels, t).transpose(2, 3).contiguous().split(channels, dim: -1);    // 3 x [N, H, T, C]
        var (q, k, v) = (parts[0], parts[1], parts[2]);
        if (encoderKv is not null)
        {
            var text = encoderKv.reshape(n, heads, 2 * channels, -1).transpose(2, 3).contiguous().split(channels, dim: -1);    // 2 x [N, H, L, C]
            k = cat([text[0], k], dim: 2);                                                              // [N, H, L + T, C]
            v = cat([text[1], v], dim: 2);
        }
        return nn.functional.scaled_dot_product_attention(q, k, v).transpose(2, 3).reshape(n, heads * channels, t);
    }

    /// <summary>Image attention in guided-diffusion's newer order: all heads' queries, then all keys, then all values.</summary>
    /// <param name="qkv">[N, 3 * H * C, T].</param>
    /// <param name="heads">H.</param>
    /// <returns>[N, H * C, T].</returns>
    public static Tensor SeparateLayout(Tensor qkv, int heads)
    {
        var (n, channels, t) = (qkv.shape[0], qkv.shape[1] / (3 * heads), qkv.shape[2]);
        var parts = qkv.reshape(n, 3, heads, channels, t).transpose(3, 4).contiguous().unbind(1);                    // 3 x [N, H, T, C]
        return nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]).transpose(2, 3).reshape(n, heads * channels, t);
    }

    /// <summary>The text transformer's attention: positions before channels, each head's q, k and v together.</summary>
    /// <param name="qkv">[N, T, H * 3 * C].</param>
    /// <param name="heads">H.</param>
    /// <returns>[N, T, H * C].</returns>
    public static Tensor TextLayout(Tensor qkv, int heads)
    {
        var (n, t, channels) = (qkv.shape[0], qkv.shape[1], qkv.shape[2] / (3 * heads));
        var parts = qkv.view(n, t, heads, 3 * channels).transpose(1, 2).split(channels, dim: -1);       // 3 x [N, H, T, C]
        return nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]).transpose(1, 2).reshape(n, t, heads * channels);
    }
}
