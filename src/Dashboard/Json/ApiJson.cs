using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Json;

/// <summary>
/// The JSON of the API: names in snake_case, words for enumerations, moments as RFC 3339 in UTC, durations as seconds, and seeds as strings, since they may be more
/// than a script's numbers hold.
/// </summary>
internal static class ApiJson
{
    /// <summary>The same options for what is written outside of results.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.DictionaryKeyPolicy = null;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveDigestOut } };
        options.Converters.Add(new ShardStateJson());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new MomentJson());
        options.Converters.Add(new SecondsJson());
        options.Converters.Add(new SeedJson());
    }

    // Scripts name a model; which one that is, is looked up.
    private static void LeaveDigestOut(JsonTypeInfo type)
    {
        if (type.Type != typeof(JobSpec)) return;
        foreach (var property in type.Properties.Where(property => property.Name == "model_digest")) property.IsRequired = false;
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
