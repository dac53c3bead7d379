using System.Text;

namespace Atelier.Diffusion.Tokenization;

/// <summary>The text of each token of a vocabulary, written in <see cref="ByteAlphabet"/>.</summary>
internal sealed class TokenTexts(string[] texts)
{
    public int Count => texts.Length;

    /// <summary>The text that tokens spell; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    public string Decode(IEnumerable<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (token < 0 || token >= Count)
                throw new ArgumentOutOfRangeException(nameof(tokens), token, $"Token ids are 0 to {Count - 1}.");
            bytes.AddRange(texts[token].Select(ByteAlphabet.ToByte));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
