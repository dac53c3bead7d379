using System.Text.Json;
using System.Text.Json.Serialization;

namespace Atelier.Diffusion.Networks;

/// <summary>A setting that is one value for all blocks of a network, or a list with one for each.</summary>
/// <param name="Values">One value, or one a block.</param>
/// <typeparam name="T">Type of the value.</typeparam>
[JsonConverter(typeof(PerBlockConverterFactory))]
public sealed record PerBlock<T>(params IReadOnlyList<T> Values)
{
    /// <summary>The value of a block.</summary>
    /// <param name="block">Its number from 0.</param>
    public T this[int block] => Values.Count == 1 ? Values[0] : Values[block];

    /// <summary>Whether there is a value for each of so many blocks, and all are allowed.</summary>
    internal bool Fits(int blocks, Func<T, bool> allowed) => (Values.Count == 1 || Values.Count == blocks) && Values.All(allowed);

    /// <summary>The same value for all blocks.</summary>
    public static implicit operator PerBlock<T>(T value) => new([value]);

    /// <summary>As config.json has it.</summary>
    public override string ToString() => Values.Count == 1 ? $"{Values[0]}" : $"[{string.Join(", ", Values)}]";
}

/// <summary>Reads a value or a list of values.</summary>
internal sealed class PerBlockConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(PerBlock<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<PerBlock<T>>
    {
        public override PerBlock<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.StartArray
                ? new PerBlock<T>(JsonSerializer.Deserialize<T[]>(ref reader, options)!)
                : new PerBlock<T>([JsonSerializer.Deserialize<T>(ref reader, options)!]);

        public override void Write(Utf8JsonWriter writer, PerBlock<T> value, JsonSerializerOptions options)
        {
            if (value.Values.Count == 1) JsonSerializer.Serialize(writer, value.Values[0], options);
            else JsonSerializer.Serialize(writer, value.Values, options);
        }
    }
}
