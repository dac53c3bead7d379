using System.Text.Json;
using System.Text.Json.Nodes;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Atelier.Dashboard.OpenApi;

/// <summary>The description of the API for programs, OpenAPI 3.1, made of the endpoints themselves.</summary>
internal static class OpenApiHosting
{
    private const string Document = "v1";

    public static void AddAtelierOpenApi(this WebApplicationBuilder builder) => builder.Services.AddOpenApi(Document, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = endpoint => endpoint.RelativePath?.StartsWith(ApiHosting.Root.TrimStart('/'), StringComparison.Ordinal) == true || endpoint.RelativePath?.StartsWith("health", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Atelier", Version = "1", Description = "Turns lists of prompts into image datasets: submit jobs, follow them, and get what they have made." };
            // Where it is served differs; what it says does not.
            document.Servers = [];
            Descriptions.Rewrite(document);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(DescribeAsync);
        options.AddOperationTransformer((operation, _, _) =>
        {
            // Read in upper and lower case; written as everything else is.
            foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(parameter => parameter.In == ParameterLocation.Query))
                parameter.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!);
            return Task.CompletedTask;
        });
    });

    public static void MapAtelierOpenApi(this IEndpointRouteBuilder app) => app.MapOpenApi($"{ApiHosting.Root}/openapi.json");

    // As the converters of ApiJson write them, which the generator cannot see into.
    private static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var nothing = type == context.JsonTypeInfo.Type ? default : JsonSchemaType.Null;
        if (type == typeof(ulong)) (schema.Type, schema.Format, schema.Pattern) = (JsonSchemaType.String | nothing, "uint64", "^[0-9]+$");
        if (type == typeof(TimeSpan)) (schema.Type, schema.Format, schema.Pattern) = (JsonSchemaType.Number | nothing, "seconds", null);
        if (type == typeof(SizeChoice)) (schema.Type, schema.Description) = (JsonSchemaType.Integer | JsonSchemaType.String, $"A number, \"{SizeChoice.ByJobWord}\" or \"{SizeChoice.ByDeviceWord}\".");
        if (type == typeof(ShardState)) (schema.Type, schema.Enum) = (JsonSchemaType.String, [.. Enum.GetValues<ShardState>().Select(state => (JsonNode)ShardStateJson.WordOf(state))]);
        if (type == typeof(DateTimeOffset)) (schema.Type, schema.Format) = (JsonSchemaType.String | nothing, "date-time");
        return Task.CompletedTask;
    }
}
