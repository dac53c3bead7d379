using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Atelier.Dashboard.Files;

/// <summary>Answers with files of a store: in parts, if asked for, and only if the client has not got them.</summary>
internal static class StoredFile
{
    // Nothing in them runs, whatever a browser takes them for.
    private const string Sandbox = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

    /// <summary>A file whose bytes a tag stands for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="content">The file; seekable, where parts may be asked for.</param>
    /// <param name="type">Its media type.</param>
    /// <param name="tag">Tells it from another; null where nothing does.</param>
    /// <param name="name">What a browser saves it as; null where it may show it.</param>
    public static FileStreamHttpResult Of(HttpContext context, Stream content, string type, string? tag, string? name = null)
    {
        Guard(context.Response);
        return TypedResults.Stream(content, type, name, lastModified: null, tag is null ? null : new EntityTagHeaderValue($"\"{tag}\""), enableRangeProcessing: content.CanSeek);
    }

    /// <summary>Headers of all that somebody else has made.</summary>
    public static void Guard(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = Sandbox;
        response.Headers.XContentTypeOptions = "nosniff";
        if (response.Headers.CacheControl.Count == 0) response.Headers.CacheControl = "private, no-cache";
    }
}
