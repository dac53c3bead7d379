using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Jobs;

namespace Atelier.Dashboard.Samples;

/// <summary>Which samples a gallery shows, as its address says. What is not allowed is passed over.</summary>
internal sealed record GalleryQuery
{
    private static readonly Dictionary<string, int> Windows = new(StringComparer.Ordinal) { ["s"] = 1000, ["m"] = 400, ["l"] = 200 };

    /// <summary>Number of the first sample that may be shown.</summary>
    public long From { get; init; }

    /// <summary>A part of the prompt, or <c>id:</c>, <c>seed:</c> or <c>row:</c> with a value.</summary>
    public string? Q { get; init; }

    /// <summary><c>failed</c>, <c>drawn</c>, or null for both.</summary>
    public string? Status { get; init; }

    /// <summary>An error code.</summary>
    public string? Code { get; init; }

    /// <summary><c>s</c>, <c>m</c> or <c>l</c>.</summary>
    public string Size { get; init; } = "m";

    /// <summary>Whether a table is shown in place of a grid.</summary>
    public bool IsTable { get; init; }

    /// <summary>Samples of a window.</summary>
    public int Window => Windows[Size];

    /// <summary>Whether samples have to be looked at to know whether they are shown.</summary>
    public bool IsScan => Q is not null && Row is null || Status is not null || Code is not null;

    private long? Row => Q is { } q && q.StartsWith("row:", StringComparison.OrdinalIgnoreCase) && long.TryParse(q.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var row) ? row : null;

    public static GalleryQuery Read(IQueryCollection query) => new()
    {
        From = long.TryParse(query["from"], NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var from) && from >= 0 ? from : 0,
        Q = Text(query, "q"),
        Status = Text(query, "status") is "failed" or "drawn" ? Text(query, "status") : null,
        Code = Text(query, "code"),
        Size = Text(query, "size") is { } size && Windows.ContainsKey(size) ? size : "m",
        IsTable = Text(query, "as") == "table",
    };

    /// <summary>The same, with a row turned into the number of its first sample.</summary>
    public GalleryQuery Within(JobPlan plan) => (Row is { } row ? this with { From = row * plan.ImagesPerPrompt } : this) is var found && found.From >= plan.Samples
        ? found with { From = Math.Max(0, plan.Samples - 1) / Window * Window }
        : found;

    /// <summary>Whether a shard can have a sample that is shown, as its stats tell.</summary>
    public bool MayHave(ShardStats stats) =>
        (Status != "failed" || stats.Failed > 0) && (Status != "drawn" || stats.Failed < stats.Samples) && (Code is null || stats.Errors.ContainsKey(Code));

    /// <summary>Whether a sample is shown.</summary>
    public bool Matches(GallerySample sample) =>
        (Status is null || Status == "failed" == sample.ErrorCode is not null)
        && (Code is null || sample.ErrorCode == Code)
        && (Q is not { } q || Row is not null
            || (q.StartsWith("id:", StringComparison.OrdinalIgnoreCase) ? sample.Id == q[3..]
                : q.StartsWith("seed:", StringComparison.OrdinalIgnoreCase) ? sample.Seed.ToString(CultureInfo.InvariantCulture) == q[5..]
                : sample.Prompt.Contains(q, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The address of a gallery, or of something else that keeps its filter.</summary>
    public string Url(string job, Func<GalleryQuery, GalleryQuery>? change = null, string page = "images")
    {
        var query = change?.Invoke(this) ?? this;
        List<string> parts = [];
        if (query.From > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"from={query.From}"));
        if (query.Q is { } q) parts.Add($"q={Uri.EscapeDataString(q)}");
        if (query.Status is { } status) parts.Add($"status={status}");
        if (query.Code is { } code) parts.Add($"code={Uri.EscapeDataString(code)}");
        if (query.Size != "m") parts.Add($"size={query.Size}");
        if (query.IsTable) parts.Add("as=table");
        return $"{JobUrl.Of(job, page)}{(parts.Count > 0 ? $"?{string.Join('&', parts)}" : "")}";
    }

    private static string? Text(IQueryCollection query, string name) => query[name].ToString().Trim() is { Length: > 0 and <= 500 } text ? text : null;
}
