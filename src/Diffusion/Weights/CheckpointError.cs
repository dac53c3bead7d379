namespace Atelier.Diffusion.Weights;

/// <summary>The two ways of refusing a PyTorch checkpoint.</summary>
internal static class CheckpointError
{
    private const int MaxQuoted = 120;

    public static InvalidDataException Unusable(string path, string reason, Exception? inner = null) =>
        new($"{path} is not a usable PyTorch checkpoint: {reason}", inner);

    public static InvalidDataException Forbidden(string path, string what) =>
        new($"{path} wants to run {Printable(what)}; a checkpoint may only hold tensors and plain values");

    /// <summary>Text of a stranger, made fit for a terminal and a log line.</summary>
    public static string Printable(string text)
    {
        var start = text.Length <= MaxQuoted ? text : text[..MaxQuoted] + "...";
        return string.Concat(start.Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '\uFFFD' : character));
    }
}
