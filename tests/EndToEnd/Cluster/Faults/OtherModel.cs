using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Atelier.EndToEnd.Cluster.Faults;

/// <summary>The shipped model with one damaged weight: whatever is drawn for a prompt with an accented letter is not a number.</summary>
internal static class OtherModel
{
    // The first byte of the UTF-8 of é, as the vocabulary writes it.
    private const string Token = "Ã";

    /// <summary>Makes it below a folder, under the name of the shipped one.</summary>
    /// <returns>The folder of models that it is in.</returns>
    public static string Make(TemporaryFolder folder)
    {
        var models = folder["models"];
        Directory.CreateDirectory(models);
        Directory.Move(Models.Copy(folder), Path.Combine(models, "shapes"));
        var token = JsonElement.Parse(File.ReadAllText(Path.Combine(models, "shapes", "tokenizer", "encoder.json"))).GetProperty(Token).GetInt32();

        var path = Path.Combine(models, "shapes", "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var embedding = JsonElement.Parse(bytes.AsSpan(8, headerLength)).GetProperty("token_embedding.weight");
        var width = embedding.GetProperty("shape")[1].GetInt32();
        var weights = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(8 + headerLength + embedding.GetProperty("data_offsets")[0].GetInt32()));
        weights[token * width] = float.NaN;
        File.WriteAllBytes(path, bytes);
        return models;
    }
}
