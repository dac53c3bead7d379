using Atelier.Diffusion.Tokenization;
using Atelier.Diffusion.Weights;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Models;

/// <summary>Whether the parts of a model fit its configuration, wherever they are: in a model folder, or on their way into one.</summary>
internal static class ModelChecks
{
    /// <summary>Opens the vocabulary that a model needs.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="config">The model.</param>
    /// <param name="says">What says how many tokens there are, for messages.</param>
    /// <returns>The vocabulary, or null where the model takes no text.</returns>
    /// <exception cref="InvalidDataException">It is missing, damaged or of another size.</exception>
    public static BpeTokenizer? OpenTokenizer(string folder, ModelConfig config, string says)
    {
        if (config is not GlideConfig glide) return null;
        var tokenizer = BpeTokenizer.Load(folder);
        return tokenizer.VocabularySize == glide.Network.VocabularySize
            ? tokenizer
            : throw new InvalidDataException(
                $"{PrintableText.Of(folder, PrintableText.PathLength)}: the tokenizer has {tokenizer.VocabularySize} tokens, {says} says vocabulary_size {glide.Network.VocabularySize}");
    }

    /// <summary>Compares names and shapes of weights with those that a model needs, without reading them.</summary>
    /// <param name="config">The model.</param>
    /// <param name="configFile">What describes it, for messages.</param>
    /// <param name="find">The path, for messages, and the shapes of what is to be a file of the model.</param>
    /// <exception cref="InvalidDataException">They differ, or the model cannot be built.</exception>
    public static void CheckWeights(ModelConfig config, string configFile, Func<string, (string Path, IReadOnlyDictionary<string, long[]> Shapes)> find)
    {
        foreach (var (file, create) in ModelFiles.WeightsOf(config))
        {
            using var network = ContentBoundary.Read(configFile, "describes a network that cannot be built", () => create(META));
            var (path, shapes) = find(file);
            StateDict.Check(path, network, shapes);
        }
    }
}
