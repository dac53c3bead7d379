namespace Atelier.Dashboard.Access;

/// <summary>
/// Tells what another site has made a browser send: browsers say where requests come from, and scripts outside of browsers say nothing. With it forms need no token of
/// their own.
/// </summary>
internal static class SameOrigin
{
    /// <summary>Whether a request changes nothing, or is none that another site has caused.</summary>
    public static bool Allows(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || IsOwn(request);

    private static bool IsOwn(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() switch
    {
        "same-origin" or "none" => true,
        "" => request.Headers.Origin.ToString() is var origin && (origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}"),
        _ => false,
    };
}
