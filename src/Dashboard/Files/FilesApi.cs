using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Uploads;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Atelier.Dashboard.Files;

/// <summary>Prompt lists that are sent before they become jobs.</summary>
internal static class FilesApi
{
    /// <summary>The largest body where lists are sent.</summary>
    public const long MaxBodyBytes = 2L << 30;

    public static void MapFiles(this IEndpointRouteBuilder api)
    {
        var files = api.MapGroup("/files").WithTags("files");
        files.MapPost("", CreateAsync).WithName("createFile").WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            .WithSummary("Checks a prompt list while it is sent, and keeps it for 24 hours: txt, jsonl, csv or tsv, packed with gzip or not, as the body or as a form's file.")
            .AddOpenApiOperationTransformer(DescribeBody)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        files.MapGet("/{file}", GetAsync).WithName("getFile").WithSummary("A list that was sent.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    // Any type is let in, as a name may tell the format: to say which are read would keep others out.
    private static Task DescribeBody(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = SentList.MediaTypes.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } }),
        };
        return Task.CompletedTask;
    }

    private static async Task<Created<FileView>> CreateAsync(HttpRequest request, ListUpload upload, ClusterLink cluster, CancellationToken cancellationToken)
    {
        // One that does not answer at present may do so before the list goes.
        if (!cluster.IsWanted) cluster.Require();
        var list = await upload.ReceiveAsync(await SentList.OpenAsync(request, cancellationToken), cancellationToken);
        return TypedResults.Created($"{ApiHosting.Root}/files/{list.Id}", FileView.Of(list));
    }

    private static async Task<Ok<FileView>> GetAsync(string file, IStore store, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok(FileView.Of(await UploadedLists.FindAsync(store, file, time.GetUtcNow(), cancellationToken) ?? throw Unknown(file)));

    /// <summary>There is no such list.</summary>
    public static ProblemException Unknown(string file) => ProblemException.NotFound("file.unknown", $"there is no file '{file}', or it has expired: files stay for 24 hours");
}

/// <summary>A list that was sent.</summary>
/// <param name="Id">By which jobs and plans name it.</param>
/// <param name="Name">What its sender called it.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Bytes">Its length, unpacked.</param>
/// <param name="Sha256">SHA-256 of these bytes.</param>
/// <param name="ExpiresAt">When it goes.</param>
internal sealed record FileView(string Id, string Name, long Rows, long Bytes, string Sha256, DateTimeOffset ExpiresAt)
{
    public static FileView Of(UploadedList list) => new(list.Id, list.Name, list.Rows, list.Bytes, list.Sha256, list.Expires);
}
