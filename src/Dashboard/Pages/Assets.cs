using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Atelier.Dashboard.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Pages;

/// <summary>
/// Style sheet, scripts and icon, out of this assembly, so that a dashboard inside another program has them too. Their address has a hash of all of them: a browser may keep
/// them for ever, and asks for others when they are others.
/// </summary>
internal sealed class Assets
{
    private const string Prefix = "wwwroot/";
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    private readonly FrozenDictionary<string, (string Type, byte[] Plain, byte[] Compressed)> _files;

    public Assets()
    {
        var assembly = typeof(Assets).Assembly;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = new Dictionary<string, (string, byte[], byte[])>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var plain = new byte[stream.Length];
            stream.ReadExactly(plain);
            hash.AppendData(plain);
            files[resource[Prefix.Length..]] = (Types[Path.GetExtension(resource)], plain, Compress(plain));
        }
        _files = files.ToFrozenDictionary(StringComparer.Ordinal);
        Version = Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }

    /// <summary>The hash.</summary>
    public string Version { get; }

    /// <summary>Where a file is.</summary>
    /// <param name="name">Its name.</param>
    public string Url(string name) => $"/assets/{Version}/{name}";

    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/assets/{version}/{name}", Get).ForEverybody().ExcludeFromDescription();

    private static Results<FileContentHttpResult, NotFound> Get(string version, string name, Assets assets, HttpContext context)
    {
        if (!assets._files.TryGetValue(name, out var file)) return TypedResults.NotFound();
        // An older page may ask by an older hash; what it gets is not what it keeps.
        context.Response.Headers.CacheControl = version == assets.Version ? "public, max-age=31536000, immutable" : "no-cache";
        context.Response.Headers.Vary = "Accept-Encoding";
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal)) return TypedResults.File(file.Plain, file.Type);
        context.Response.Headers.ContentEncoding = "br";
        return TypedResults.File(file.Compressed, file.Type);
    }

    private static byte[] Compress(byte[] plain)
    {
        using var into = new MemoryStream();
        using (var brotli = new BrotliStream(into, CompressionLevel.SmallestSize)) brotli.Write(plain);
        return into.ToArray();
    }
}
