using System.Collections.Frozen;

namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// GPT-2's bijection between the 256 bytes and 256 printable characters, so that any byte string can be written as text
/// without white space (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2).
/// </summary>
/// <remarks>
/// A byte whose Latin-1 character is visible stands for itself; the other 68 map, in byte order, to U+0100 onwards.
/// GPT-2 numbers its byte tokens in the resulting order: visible bytes first, then the others.
/// </remarks>
internal static class ByteAlphabet
{
    public const int Size = 256;

    /// <summary>The bytes in the order in which GPT-2 numbers their tokens.</summary>
    public static IReadOnlyList<byte> Bytes { get; } =
        [.. Enumerable.Range(0, Size).Where(IsVisible).Concat(Enumerable.Range(0, Size).Where(b => !IsVisible(b))).Select(b => (byte)b)];

    private static readonly char[] s_characters = BuildCharacters();

    private static readonly FrozenDictionary<char, byte> s_bytes =
        Enumerable.Range(0, Size).ToFrozenDictionary(b => s_characters[b], b => (byte)b);

    public static char ToCharacter(byte value) => s_characters[value];

    public static byte ToByte(char character) => s_bytes[character];

    public static bool Contains(char character) => s_bytes.ContainsKey(character);

    private static bool IsVisible(int value) => value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;

    private static char[] BuildCharacters()
    {
        var characters = new char[Size];
        var substitute = '\u0100';
        foreach (var value in Bytes)
            characters[value] = IsVisible(value) ? (char)value : substitute++;
        return characters;
    }
}
