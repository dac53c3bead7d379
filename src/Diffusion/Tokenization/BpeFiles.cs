using System.Text;
using System.Text.Json;
using Atelier.Input;

namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// The two files of a byte-pair vocabulary, in the format of GPT-2 and GLIDE: <c>encoder.json</c>, an object from token to id,
/// and <c>vocab.bpe</c>, a version line and then one merge a line, in rank order. Tokens are written in <see cref="ByteAlphabet"/>.
/// </summary>
/// <remarks>
/// Reading is stricter than GLIDE, which would take a cut file for a smaller vocabulary and so change the meaning of prompts.
/// </remarks>
internal static class BpeFiles
{
    /// <summary>How long a token may be. The longest official one has 128 bytes.</summary>
    public const int MaxTokenBytes = 1 << 16;

    private const string EncoderName = "encoder.json";
    private const string MergesName = "vocab.bpe";

    // Four times those of the largest vocabularies there are.
    private const int MaxTokens = 1 << 20;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The files of a vocabulary: those that are read, and no others that are beside them.</summary>
    /// <exception cref="InvalidDataException">One is missing.</exception>
    public static IReadOnlyList<string> PathsIn(string folder) => [BoundedFile.Find(folder, EncoderName), BoundedFile.Find(folder, MergesName)];

    public static BpeTokenizer Read(string folder)
    {
        var paths = PathsIn(folder);
        var ids = ReadEncoder(paths[0]);
        var merges = ReadMerges(paths[1], ids);

        var tokens = new string[ids.Count];
        foreach (var (token, id) in ids)
            tokens[id] = token;
        var byteTokens = new int[ByteAlphabet.Size];
        foreach (var value in ByteAlphabet.Bytes)
            byteTokens[value] = ids[ByteAlphabet.ToCharacter(value).ToString()];
        return new BpeTokenizer(tokens, byteTokens, merges);
    }

    /// <summary>Writes a vocabulary: <paramref name="tokens"/> by id and <paramref name="merges"/> by rank.</summary>
    public static void Write(string folder, IReadOnlyList<string> tokens, IEnumerable<(string Left, string Right)> merges)
    {
        Directory.CreateDirectory(folder);
        using (var stream = RegularFile.Create(Path.Combine(folder, EncoderName)))
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            for (var id = 0; id < tokens.Count; id++)
                json.WriteNumber(tokens[id], id);
            json.WriteEndObject();
        }

        var text = new StringBuilder(MergeLines.Version).Append(": 0.2\n");
        foreach (var (left, right) in merges)
            text.Append(left).Append(' ').Append(right).Append('\n');
        RegularFile.Write(Path.Combine(folder, MergesName), s_utf8.GetBytes(text.ToString()));
    }

    private static Dictionary<string, int> ReadEncoder(string path)
    {
        var content = BoundedFile.Read(path);
        var entries = ContentBoundary.Read(path, "is not JSON", () => Parse(path, content));
        var size = entries.Count;
        var ids = new Dictionary<string, int>(size, StringComparer.Ordinal);
        var owners = new string?[size];
        foreach (var (token, id) in entries)
        {
            CheckToken(path, token);
            if (id < 0 || id >= size)
                throw BoundedFile.Invalid(path, $"token '{PrintableText.Of(token)}' has the id {id}, expected 0 to {size - 1} in a vocabulary of {size}");
            if (owners[id] is { } owner)
                throw BoundedFile.Invalid(path, $"the tokens '{PrintableText.Of(owner)}' and '{PrintableText.Of(token)}' share the id {id}");
            if (!ids.TryAdd(token, id))
                throw BoundedFile.Invalid(path, $"token '{PrintableText.Of(token)}' is there twice, with the ids {ids[token]} and {id}");
            owners[id] = token;
        }

        foreach (var value in ByteAlphabet.Bytes)
        {
            if (!ids.ContainsKey(ByteAlphabet.ToCharacter(value).ToString()))
                throw BoundedFile.Invalid(path, $"the token '{ByteAlphabet.ToCharacter(value)}' of the byte 0x{value:X2} is missing");
        }

        // GLIDE pads with the last id whatever it names; a word in its place would be read as part of every prompt.
        if (!ids.TryGetValue(BpeTokenizer.EndTokenName, out var endToken))
            throw BoundedFile.Invalid(path, $"the token '{BpeTokenizer.EndTokenName}' is missing");
        if (endToken != size - 1)
            throw BoundedFile.Invalid(path, $"the token '{BpeTokenizer.EndTokenName}' has the id {endToken}, not the last, {size - 1}");
        return ids;
    }

    private static List<(string Token, int Id)> Parse(string path, byte[] content)
    {
        var json = new Utf8JsonReader(content);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
            throw BoundedFile.Invalid(path, $"expected an object from token to id, found {json.TokenType}");

        var entries = new List<(string, int)>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueSpan.Length > MaxTokenBytes)
                throw BoundedFile.Invalid(path, $"the token at byte {json.TokenStartIndex} has {json.ValueSpan.Length} bytes; at most {MaxTokenBytes} are allowed");
            if (entries.Count == MaxTokens)
                throw BoundedFile.Invalid(path, $"more than the {MaxTokens} tokens that are allowed");
            var token = json.GetString()!;
            json.Read();
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt32(out var id))
                throw BoundedFile.Invalid(path, $"token '{PrintableText.Of(token)}' has the id {PrintableText.Of(RawText(ref json))}, expected an integer");
            entries.Add((token, id));
        }
        // Refuses what follows the object.
        json.Read();
        return entries;
    }

    // No more of it than a message shows.
    private static string RawText(ref Utf8JsonReader json)
    {
        var start = Encoding.UTF8.GetString(json.ValueSpan[..Math.Min(json.ValueSpan.Length, 4 * PrintableText.WordLength)]);
        return json.TokenType == JsonTokenType.String ? $"\"{start}\"" : start;
    }

    private static void CheckToken(string path, string token)
    {
        if (token.Length == 0)
            throw BoundedFile.Invalid(path, "a token is empty");
        foreach (var character in token)
        {
            if (!ByteAlphabet.Contains(character))
                throw BoundedFile.Invalid(path, $"token '{PrintableText.Of(token)}' has the character U+{(int)character:X4}, which stands for no byte");
        }
    }

    private static MergeTable ReadMerges(string path, Dictionary<string, int> ids)
    {
        var merges = new MergeTable();
        foreach (var merge in MergeLines.Read(path))
        {
            if (!merges.TryAdd(Id(merge.Left, merge), Id(merge.Right, merge), Id(merge.Left + merge.Right, merge)))
                throw merge.Invalid($"the merge '{merge}' is there twice");
        }

        return merges;

        int Id(string token, MergeLine merge) => ids.TryGetValue(token, out var id)
            ? id
            : throw merge.Invalid($"the token '{PrintableText.Of(token)}' of the merge '{merge}' is not in {EncoderName}");
    }
}
