using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Atelier.Dashboard.Json;

/// <summary>Entity tags of answers that are made anew for each request.</summary>
internal static class EntityTag
{
    private const int Bytes = 16;

    /// <summary>Gives the answer its tag, and says whether the client has this answer already.</summary>
    /// <param name="context">The request.</param>
    /// <param name="content">The answer, without what differs each time though nothing has changed.</param>
    public static bool IsKnown<T>(HttpContext context, T content)
    {
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, ApiJson.Options)).AsSpan(0, Bytes))}\"", isWeak: true);
        context.Response.Headers.ETag = tag.ToString();
        context.Response.Headers.CacheControl = "no-cache";
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }
}
