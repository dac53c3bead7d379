using System.Text;
using System.Text.Json;

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
    private const string EncoderName = "encoder.json";
    private const string MergesName = "vocab.bpe";

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static BpeTokenizer Read(string folder)
    {
        var encoderPath = BoundedFile.Find(folder, EncoderName);
        var mergesPath = BoundedFile.Find(folder, MergesName);
        var ids = ReadEncoder(encoderPath);
        var merges = ReadMerges(mergesPath, ids);

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
        using (var stream = File.Create(Path.Combine(folder, EncoderName)))
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
        File.WriteAllText(Path.Combine(folder, MergesName), text.ToString(), s_utf8);
    }

    private static Dictionary<string, int> ReadEncoder(string path)
    {
        using var json = Parse(path);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            throw BoundedFile.Invalid(path, $"expected an object from token to id, found {json.RootElement.ValueKind}");

        var size = json.RootElement.GetPropertyCount();
        var ids = new Dictionary<string, int>(size, StringComparer.Ordinal);
        var owners = new string?[size];
        foreach (var entry in json.RootElement.EnumerateObject())
        {
            var token = ReadToken(path, entry);
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id))
                throw BoundedFile.Invalid(path, $"token '{token}' has the id {entry.Value.GetRawText()}, expected an integer");
            if (id < 0 || id >= size)
                throw BoundedFile.Invalid(path, $"token '{token}' has the id {id}, expected 0 to {size - 1} in a vocabulary of {size}");
            if (owners[id] is { } owner)
                throw BoundedFile.Invalid(path, $"the tokens '{owner}' and '{token}' share the id {id}");
            if (!ids.TryAdd(token, id))
                throw BoundedFile.Invalid(path, $"token '{token}' is there twice, with the ids {ids[token]} and {id}");
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

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(BoundedFile.Read(path));
        }
        catch (JsonException exception)
        {
            throw BoundedFile.Invalid(path, $"not JSON: {exception.Message}", exception);
        }
    }

    private static string ReadToken(string path, JsonProperty entry)
    {
        string token;
        try
        {
            token = entry.Name;
        }
        catch (InvalidOperationException exception)
        {
            var problem = $"the token with the value {entry.Value.GetRawText()} is not text: {exception.Message}";
            throw BoundedFile.Invalid(path, problem, exception);
        }

        if (token.Length == 0)
            throw BoundedFile.Invalid(path, $"the token with the value {entry.Value.GetRawText()} is empty");
        foreach (var character in token)
        {
            if (!ByteAlphabet.Contains(character))
                throw BoundedFile.Invalid(path, $"token '{token}' has the character U+{(int)character:X4}, which stands for no byte");
        }

        return token;
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
            : throw merge.Invalid($"the token '{MergeLine.Shorten(token)}' of the merge '{merge}' is not in {EncoderName}");
    }
}
