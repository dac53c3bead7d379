using Atelier.Diffusion.Tests.Tokenization;
using Atelier.Diffusion.Training;

namespace Atelier.Diffusion.Tests.Training;

/// <summary>Captions of one character, each of its own.</summary>
internal sealed class OneLetterCaptions : ITrainingData
{
    // What stays itself in lower case, and so has one token each: the printable ASCII characters but for the capitals.
    private static readonly char[] Letters = [.. Enumerable.Range('!', 94).Select(code => (char)code).Where(letter => !char.IsAsciiLetterUpper(letter))];

    public static int Count => Letters.Length;

    /// <summary>The token of an example's caption.</summary>
    public static int Token(int index) => VocabularyFolder.ByteId(Letters[index]);

    public CaptionedImage Get(long index, int imageSize) => new($"{Letters[index % Count]}", new byte[imageSize * imageSize * 3]);
}
