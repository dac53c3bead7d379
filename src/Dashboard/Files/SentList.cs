using System.IO.Compression;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Prompts;
using Atelier.Input;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Atelier.Dashboard.Files;

/// <summary>A prompt list in the body of a request, not read yet.</summary>
/// <param name="Name">What its sender calls it, fit to be shown.</param>
/// <param name="Extension">Its format, as the ending of a file's name.</param>
/// <param name="Content">The list, unpacked.</param>
internal sealed record SentList(string Name, string Extension, Stream Content)
{
    private const string Packed = ".gz";
    private const int MaxBoundary = 200;

    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["text/plain"] = ".txt",
        ["text/csv"] = ".csv",
        ["text/tab-separated-values"] = ".tsv",
        ["application/x-ndjson"] = ".jsonl",
        ["application/jsonl"] = ".jsonl",
        ["application/x-jsonlines"] = ".jsonl",
    };

    /// <summary>The types of bodies that tell a format, and those that hold one.</summary>
    public static IEnumerable<string> MediaTypes => [.. Types.Keys, "application/gzip", "multipart/form-data"];

    /// <summary>The list in a request: its body, or the first file of a form. The query's <c>name</c>, the file's name or the content type tells the format.</summary>
    /// <exception cref="ProblemException">The format is not known.</exception>
    public static async Task<SentList> OpenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var isPacked = string.Equals(request.Headers.ContentEncoding, "gzip", StringComparison.OrdinalIgnoreCase);
        if (!isPacked && request.Headers.ContentEncoding.Count > 0) throw Unsupported($"Content-Encoding is '{request.Headers.ContentEncoding}'; allowed: gzip, or none");
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) type = null;
        if (type?.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true)
            return Of(request.Query["name"], type?.MediaType.Value, request.Body, isPacked);
        var form = Form(request, type);
        while (await form.ReadNextSectionAsync(cancellationToken) is { } section)
            if (section.AsFileSection() is { FileStream: { } content } file) return Of(file.FileName, section.ContentType, content, isPacked);
        throw Unsupported("the form has no file");
    }

    /// <summary>Reads the parts of a form, one after the other.</summary>
    /// <exception cref="ProblemException">It has no boundary.</exception>
    public static MultipartReader Form(HttpRequest request, MediaTypeHeaderValue type) =>
        HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= MaxBoundary } boundary
            ? new MultipartReader(boundary, request.Body)
            : throw Unsupported("the form has no boundary");

    /// <summary>A list by its name or type.</summary>
    /// <exception cref="ProblemException">The format is not known.</exception>
    public static SentList Of(string? name, string? type, Stream content, bool isPacked)
    {
        var shown = PrintableText.Of(string.IsNullOrWhiteSpace(name) ? "the list" : Path.GetFileName(name));
        var plain = name ?? "";
        if (plain.EndsWith(Packed, StringComparison.OrdinalIgnoreCase)) (plain, isPacked) = (plain[..^Packed.Length], true);
        var extension = Path.GetExtension(plain).ToLowerInvariant();
        if (!PromptFile.Extensions.Contains(extension) && !Types.TryGetValue(type?.Split(';')[0].Trim() ?? "", out extension!))
            throw Unsupported($"neither the name '{shown}' nor the type '{PrintableText.Of(type ?? "")}' tells the format; allowed: a name that ends in {string.Join(", ", PromptFile.Extensions)}, with .gz or without, or one of {string.Join(", ", Types.Keys)}");
        return new SentList(shown, extension, isPacked ? new GZipStream(content, CompressionMode.Decompress) : content);
    }

    private static ProblemException Unsupported(string detail) => new(StatusCodes.Status415UnsupportedMediaType, "file.format", detail);
}
