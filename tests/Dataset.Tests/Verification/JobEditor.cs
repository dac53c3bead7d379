using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Verification;

/// <summary>The files of a job, changed as whoever has them on disk could.</summary>
internal sealed class JobEditor(IReadOnlyDictionary<string, byte[]> files)
{
    private readonly Dictionary<string, byte[]> _files = new(files, StringComparer.Ordinal);

    public byte[] this[string path]
    {
        get => _files["job/" + path];
        set => _files["job/" + path] = value;
    }

    public void Remove(string path) => Assert.True(_files.Remove("job/" + path));

    public void Text(string path, string text) => this[path] = Encoding.UTF8.GetBytes(text);

    public void Replace(string path, string old, string text)
    {
        var content = Encoding.UTF8.GetString(this[path]);
        Assert.Contains(old, content, StringComparison.Ordinal);
        Text(path, content.Replace(old, text, StringComparison.Ordinal));
    }

    public void Flip(string path, Index at)
    {
        var content = this[path].ToArray();
        content[at] ^= 1;
        this[path] = content;
    }

    public void Json(string path, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(this[path])!;
        change(json);
        Text(path, json.ToJsonString());
    }

    /// <summary>Changes the entries of a tar.</summary>
    public void Tar(int shard, Action<List<UstarTarEntry>> change)
    {
        var entries = new List<UstarTarEntry>();
        using (var reader = new TarReader(new MemoryStream(this[JobPaths.ShardTar(shard)])))
            while (reader.GetNextEntry(copyData: true) is UstarTarEntry entry) entries.Add(entry);
        change(entries);
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
            foreach (var entry in entries) writer.WriteEntry(entry);
        this[JobPaths.ShardTar(shard)] = tar.ToArray();
    }

    /// <summary>Changes the rows of a parquet.</summary>
    public void Rows(int shard, Action<List<ShardRow>> change)
    {
        var content = this[JobPaths.ShardParquet(shard)];
        var rows = ShardTable.ReadAsync(new MemoryStream(content), Stats(shard).Samples, default).GetAwaiter().GetResult().ToList();
        change(rows);
        var table = new MemoryStream();
        ShardTable.WriteAsync(table, rows, default).GetAwaiter().GetResult();
        this[JobPaths.ShardParquet(shard)] = table.ToArray();
    }

    /// <summary>Brings lengths and SHA-256s of the stats, the summary and the card in line with what the files are now.</summary>
    public void Settle()
    {
        using var builder = new SummaryBuilder(FinishedJob.Spec, FinishedJob.Plan);
        for (var shard = 0; shard < FinishedJob.Plan.Shards; shard++)
        {
            var (tar, parquet) = (this[JobPaths.ShardTar(shard)], this[JobPaths.ShardParquet(shard)]);
            var stats = Stats(shard) with
            {
                TarBytes = tar.Length,
                TarSha256 = Convert.ToHexStringLower(SHA256.HashData(tar)),
                ParquetBytes = parquet.Length,
                ParquetSha256 = Convert.ToHexStringLower(SHA256.HashData(parquet)),
            };
            this[JobPaths.ShardStats(shard)] = JobJson.Write(stats, JobJson.File.ShardStats);
            builder.Add(stats);
        }
        var summary = builder.Build();
        this["summary.json"] = JobJson.Write(summary, JobJson.File.JobSummary);
        Text("README.md", DatasetCard.Render(summary));
    }

    public async Task<MemoryStore> ToStoreAsync(CancellationToken cancellationToken)
    {
        var store = new MemoryStore();
        foreach (var (path, content) in _files) await store.TryCreateAsync(path, content, cancellationToken);
        return store;
    }

    private ShardStats Stats(int shard) => JobJson.Read(this[JobPaths.ShardStats(shard)], JobJson.File.ShardStats, "");
}
