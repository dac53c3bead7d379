using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Atelier.Dataset.Images;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Tests.Images;

namespace Atelier.Dataset.Tests.Verification;

/// <summary>What somebody changes about a finished job, and how that is told.</summary>
/// <param name="Change">Changes the files.</param>
/// <param name="Problems">The files that are named, and no others, each with a part of what is said of it.</param>
internal sealed record Tampering(Action<JobEditor, FinishedJob> Change, params (string Path, string What)[] Problems)
{
    private const string Card = "differs in line";
    private static readonly string Hash = new('0', 64);

    /// <summary>All of them, by name.</summary>
    public static Dictionary<string, Tampering> All { get; } = new(StringComparer.Ordinal)
    {
        // Stats.
        ["stats: truncated"] = Stats(json => json["truncated"] = 2, "has truncated 2; the shard's metadata makes it 1", ("summary.json", "truncated is 1"), ("README.md", Card)),
        ["stats: failed"] = Stats(json => json["failed"] = 0, "has failed 0; the shard's metadata makes it 1", ("summary.json", "images is 18"), ("summary.json", "failed is 2"), ("README.md", Card)),
        ["stats: errors"] = Stats(json => json["errors"] = new JsonObject { ["other"] = 1 }, "has errors.non_finite 0; the shard's metadata makes it 1",
            ("shards/00000.json", "has errors.other 1"), ("summary.json", "errors.non_finite is 2"), ("summary.json", "errors.other is absent"), ("README.md", Card)),
        ["stats: numerics class"] = Stats(json => json["numerics_class"] = Hash, "has the numerics class", ("summary.json", "numerics_classes is"), ("README.md", Card)),
        ["stats: incarnation"] = Stats(json => json["incarnation"] = Guid.Empty, "is of another job that had this name"),
        ["stats: attempt of another shard"] = new((job, _) => job.Json("shards/00001.json", json => json["attempt"] = Value(job, "shards/00000.json", "attempt")), ("shards/00001.json", "which made another shard")),
        ["stats: first sample"] = Stats(json => json["first_sample"] = 8, "has 8 samples from 8; the plan gives the shard 8 from 0"),
        ["stats: samples"] = Stats(json => json["samples"] = 9, "has 9 samples from 0"),
        ["stats: samples beyond all memory"] = Stats(json => json["samples"] = int.MaxValue, "has 2147483647 samples from 0"),
        ["stats: of another shard"] = new((job, _) => job["shards/00000.json"] = job["shards/00001.json"], ("shards/00000.json", "is about shard 1")),
        ["stats: tar_bytes"] = Stats(json => json["tar_bytes"] = 1, null, ("shards/00000.tar", "its stats record 1"), ("summary.json", "bytes is")),
        ["stats: tar_sha256"] = Stats(json => json["tar_sha256"] = Hash, null, ("shards/00000.tar", "has SHA-256"), ("summary.json", "dataset_sha256 is"), ("README.md", Card)),
        ["stats: parquet_sha256"] = Stats(json => json["parquet_sha256"] = "\u001b[31m", "has the parquet_sha256 '\ufffd[31m'", ("shards/00000.parquet", "has SHA-256"), ("summary.json", "dataset_sha256 is"), ("README.md", Card)),
        ["stats: a field that none has"] = Stats(json => json["more"] = 1, "is damaged"),
        ["stats: no JSON"] = new((job, _) => job.Text("shards/00001.json", "{"), ("shards/00001.json", "is damaged")),
        ["stats: half a surrogate pair"] = new((job, _) => job.Replace("shards/00001.json", new string('e', 64), "\\ud800"), ("shards/00001.json", "is damaged")),
        ["stats: 17 MB"] = new((job, _) => job["shards/00001.json"] = new byte[17 << 20], ("shards/00001.json", "has 17,825,792 bytes; at most 16,777,216 are allowed")),
        ["stats: removed"] = new((job, _) => job.Remove("shards/00001.json"), ("shards/00001.json", "is missing from a finished job")),

        // Shards.
        ["tar: a byte"] = new((job, _) => job.Flip("shards/00001.tar", 700), ("shards/00001.tar", "has SHA-256")),
        ["tar: longer"] = new((job, _) => job["shards/00001.tar"] = [.. job["shards/00001.tar"], 0], ("shards/00001.tar", "bytes; its stats record")),
        ["tar: removed"] = new((job, _) => job.Remove("shards/00001.tar"), ("shards/00001.tar", "is missing")),
        ["parquet: a byte"] = new((job, _) => job.Flip("shards/00002.parquet", 40), ("shards/00002.parquet", "has SHA-256")),
        ["parquet: removed"] = new((job, _) => job.Remove("shards/00002.parquet"), ("shards/00002.parquet", "is missing")),
        ["shard: one more"] = new(
            (job, _) =>
            {
                foreach (var extension in new[] { "tar", "parquet", "json" }) job["shards/00099." + extension] = job["shards/00001." + extension];
            },
            ("shards/00099.json", "it has 3 shards"), ("shards/00099.parquet", "it has 3 shards"), ("shards/00099.tar", "it has 3 shards")),
        ["shard: a tar alone"] = new((job, _) => job["shards/00003.tar"] = job["shards/00001.tar"], ("shards/00003.tar", "it has 3 shards")),
        ["shard: a number with a zero more"] = new((job, _) => job["shards/000001.tar"] = job["shards/00001.tar"], ("shards/000001.tar", "is not a file of the job")),

        // Shards whose hashes were brought in line.
        ["rewritten: two images swapped"] = Rewritten(job => job.Tar(1, Swap(".png")), ("shards/00001.tar", "has pixels of SHA-256")),
        ["rewritten: two captions swapped"] = Rewritten(job => job.Tar(1, Swap(".txt")), ("shards/00001.tar", "that is not")),
        ["rewritten: a caption"] = Rewritten(job => job.Tar(1, Put("000000010.txt", "a red circle 6")), ("shards/00001.tar", "000000010.txt that is not what the metadata of the sample makes it")),
        ["rewritten: a sample's json"] = Rewritten(job => job.Tar(2, Edit("000000016.json", text => text.Replace("\"steps\":30", "\"steps\":31", StringComparison.Ordinal))), ("shards/00002.tar", "000000016.json that is not")),
        ["rewritten: a class"] = Rewritten(job => job.Tar(0, entries => entries.Insert(3, Entry("000000000.cls", [(byte)'5']))), ("shards/00000.tar", "has '000000000.cls' where '000000001.png' belongs")),
        ["rewritten: an image removed"] = Rewritten(job => job.Tar(1, entries => entries.RemoveRange(entries.Count - 3, 3)), ("shards/00001.tar", "where '000000015.png' belongs")),
        ["rewritten: an image more"] = Rewritten(job => job.Tar(1, entries => entries.Add(Entry("000000099.png", [1]))), ("shards/00001.tar", "bytes between and after its files")),
        ["rewritten: an image with a hole in its name"] = Rewritten(job => job.Tar(1, entries => entries[0].Name = "../\u001b[2Jx.png"), ("shards/00001.tar", "where '000000008.png' belongs")),
        ["rewritten: an image of other pixels"] = Rewritten(job => job.Tar(1, Image(TestImages.Noise(32, 24))), ("shards/00001.tar", "is not of")),
        ["rewritten: times"] = Rewritten(job => job.Tar(1, entries => entries[3].ModificationTime = DateTimeOffset.UnixEpoch.AddDays(1)), ("shards/00001.tar", "has headers")),
        ["rewritten: an owner"] = Rewritten(job => job.Tar(1, entries => entries[3].Uid = 1000), ("shards/00001.tar", "has headers")),
        ["rewritten: a tar of nothing"] = Rewritten(job => job["shards/00001.tar"] = new byte[1024], ("shards/00001.tar", "has '' where '000000008.png' belongs")),
        ["rewritten: a tar of garbage"] = Rewritten(job => job["shards/00001.tar"] = [.. Enumerable.Repeat((byte)0xFF, 5000)], ("shards/00001.tar", "where '000000008.png' belongs")),
        ["rewritten: an empty tar"] = Rewritten(job => job["shards/00001.tar"] = [], ("shards/00001.tar", "ends where '000000008.png' belongs")),
        ["rewritten: a length of 8 GB"] = Rewritten(job => Length(job, "77777777777"), ("shards/00001.tar", "is not of")),
        ["rewritten: a length in base 256"] = Rewritten(job => Length(job, "\u0080\0\0\0\u007f\0\0\0\0\0\0"), ("shards/00001.tar", "is not of")),
        ["rewritten: a parquet of garbage"] = Rewritten(job => job["shards/00001.parquet"] = [.. "PAR1"u8, .. Enumerable.Repeat((byte)0xFF, 100), .. "PAR1"u8], ("shards/00001.parquet", "is not the metadata of a shard")),
        ["rewritten: a parquet of garbage with a length"] = Rewritten(job => job["shards/00001.parquet"] = [.. "PAR1"u8, .. Enumerable.Repeat((byte)0xFF, 96), 90, 0, 0, 0, .. "PAR1"u8], ("shards/00001.parquet", "is not the metadata of a shard")),
        ["rewritten: a parquet nested without end"] = Rewritten(
            job => job["shards/00001.parquet"] = [.. "PAR1"u8, .. Enumerable.Repeat((byte)0xEC, 65_000), 0xE8, 0xFD, 0, 0, .. "PAR1"u8], ("shards/00001.parquet", "is not the metadata of a shard")),
        ["rewritten: a parquet whose pages are nested without end"] = Rewritten(job => Pages(job, 0xEC), ("shards/00001.parquet", "is not the metadata of a shard")),
        ["rewritten: a parquet whose pages are of nothing but ones"] = Rewritten(job => Pages(job, 0xFF), ("shards/00001.parquet", "is not the metadata of a shard")),
        ["rewritten: a parquet whose pages are zeros"] = Rewritten(job => Pages(job, 0), ("shards/00001.parquet", "is not the metadata of a shard")),
        ["rewritten: an empty parquet"] = Rewritten(job => job["shards/00001.parquet"] = [], ("shards/00001.parquet", "it has 0 bytes")),
        ["rewritten: a row less"] = Rewritten(job => job.Rows(1, rows => rows.RemoveAt(7)), ("shards/00001.parquet", "has 7 rows; its stats record 8")),
        ["rewritten: rows in another order"] = Rewritten(job => job.Rows(1, rows => rows.Reverse()), ("shards/00001.parquet", "it has '000000015' where 000000008 belongs")),
        ["rewritten: a status"] = Rewritten(job => job.Rows(1, Row(0, row => row with { Status = "fine" })), ("shards/00001.parquet", "has status \"fine\"")),
        ["rewritten: a failure with an image"] = Rewritten(job => job.Rows(1, Row(0, row => row with { Status = "failed", ErrorCode = "x" })), ("shards/00001.parquet", "is failed and has an image")),
        ["rewritten: a prompt"] = Row1(row => row with { Prompt = "a blue square" }, "has prompt \"a blue square\"", "000000010.txt"),
        ["rewritten: a seed"] = Row1(row => row with { Seed = 5 }, "has seed 5", "000000010.json"),
        ["rewritten: a guidance scale"] = Row1(row => row with { GuidanceScale = double.NaN }, "has guidance_scale NaN", null),
        ["rewritten: a negative prompt"] = Row1(row => row with { NegativePrompt = "x" }, "has negative_prompt \"x\"", "000000010.json"),
        ["rewritten: an id"] = Row1(row => row with { Id = "x" }, "has id \"x\"", "000000010.json"),
        ["rewritten: a label"] = Row1(row => row with { Label = "x" }, "has label \"x\"", "000000010.json"),
        ["rewritten: a model"] = Row1(row => row with { Model = "x" }, "has model \"x\"", "000000010.json"),
        ["rewritten: a number of steps"] = Row1(row => row with { Steps = 1 }, "has steps 1", "000000010.json"),
        ["rewritten: a pixel_sha256"] = new(
            (job, _) =>
            {
                job.Rows(1, Row(2, row => row with { PixelSha256 = Hash }));
                job.Settle();
            },
            ("shards/00001.tar", "its metadata says 0000")),
        ["rewritten: a size"] = new(
            (job, _) =>
            {
                job.Rows(1, Row(2, row => row with { Width = 100_000, Height = 100_000 }));
                job.Settle();
            },
            ("shards/00001.tar", "has 32x24 pixels; its metadata says 100000x100000")),
        ["rewritten: a length of an image"] = new(
            (job, _) =>
            {
                job.Rows(1, Row(2, row => row with { Bytes = int.MaxValue }));
                job.Settle();
            },
            ("shards/00001.tar", "is not of 2147483647 bytes")),

        ["rewritten: an image_offset"] = Rewritten(job => job.Rows(1, Row(2, row => row with { ImageOffset = row.ImageOffset + 512 })), ("shards/00001.tar", "has the image of sample 000000010 at byte")),
        ["rewritten: an image_offset beyond the tar"] = Rewritten(job => job.Rows(1, Row(2, row => row with { ImageOffset = long.MaxValue })), ("shards/00001.tar", "its metadata says 9223372036854775807")),
        ["rewritten: no image_offset"] = Rewritten(job => job.Rows(1, Row(2, row => row with { ImageOffset = null })), ("shards/00001.parquet", "is ok and has no image_offset")),

        // Spec and plan.
        ["job.json: guidance scale"] = Spec(json => json["guidance_scale"] = 7, "has guidance_scale 3; spec and prompt list make it 7", "guidance_scale"),
        ["job.json: model digest"] = Spec(json => json["model_digest"] = Hash, "has model_digest", "model_digest"),
        ["job.json: a setting that rows do not have"] = new(
            (job, _) => job.Json("job.json", json => json["spec"]!["guidance"]!["rescale"] = 0.5), ("summary.json", "spec.guidance.rescale is 0"), ("README.md", Card)),
        ["job.json: incarnation"] = new((job, _) => job.Json("job.json", json => json["incarnation"] = Guid.Empty), [.. Enumerable.Range(0, 3).Select(shard => ($"shards/0000{shard}.json", "is of another job"))]),
        ["job.json: a spec that none may have"] = new(
            (job, _) => job.Json("job.json", json => json["spec"]!["quality"] = 0), ("job.json", "quality is '0'; allowed: 1 to 100"), ("summary.json", "spec.quality is 95")),
        ["job.json: no JSON"] = new((job, _) => job.Text("job.json", "nothing"), ("job.json", "is damaged")),
        ["plan.json: batch size"] = new((job, _) => job.Json("plan.json", json => json["batch_size"] = 2), ("plan.json", "has batch_size 2; the spec makes it 4"), ("summary.json", "plan.batch_size is 4"), ("README.md", Card)),
        ["plan.json: another format"] = new(
            (job, _) =>
            {
                job.Json("plan.json", json => json["shard_format"] = 3);
                job.Json("summary.json", json => json["plan"]!["shard_format"] = 3);
            },
            ("plan.json", "has shard_format 3; this version knows 2")),
        ["plan.json: no JSON"] = new((job, _) => job.Text("plan.json", "[]"), ("plan.json", "is damaged")),
        ["plan.json: shards beyond all memory"] = new((job, _) => job.Json("plan.json", json => json["rows"] = 1L << 60), ("plan.json", "has more than 1,000,000 shards")),
        ["plan.json: removed"] = new((job, _) => job.Remove("plan.json"), ("plan.json", "is missing from a finished job")),
        ["batch.json: added"] = new((job, _) => job.Text("batch.json", "{\"batch_size\": 4}\n"), ("batch.json", "its plan has a batch size")),
        ["numerics.json: another class"] = new(
            (job, _) => job.Text("numerics.json", $"{{\"numerics_class\": \"{Hash}\"}}"), [.. Enumerable.Range(0, 3).Select(shard => ($"shards/0000{shard}.json", "has the numerics class"))]),
        ["numerics.json: no JSON"] = new((job, _) => job.Text("numerics.json", "{}"), ("numerics.json", "is damaged")),
        ["numerics.json: removed"] = new((job, _) => job.Remove("numerics.json"), ("numerics.json", "is missing from a finished job")),

        // What was staged and decided.
        ["prompts: a letter"] = new((job, _) => job.Replace("prompts/00000.jsonl", "a red circle 0", "a red circlf 0"), ("shards/00000.parquet", "has prompt \"a red circle 0\"")),
        ["prompts: no JSON"] = new((job, _) => job.Replace("prompts/00001.jsonl", "{\"prompt\":\"a red circle 5\"}", "{\"prompt\":5}"), ("prompts/00001.jsonl", "line 2 is damaged")),
        ["prompts: a row less"] = new((job, _) => job.Replace("prompts/00002.jsonl", "{\"prompt\":\"a red circle 9\"}\n", ""), ("prompts/00002.jsonl", "has 1 rows; the plan gives it 2")),
        ["prompts: a row more"] = new((job, _) => job["prompts/00002.jsonl"] = [.. job["prompts/00002.jsonl"], .. "{\"prompt\":\"x\"}\n"u8], ("prompts/00002.jsonl", "has 3 rows; the plan gives it 2")),
        ["prompts: removed"] = new((job, _) => job.Remove("prompts/00001.jsonl"), ("prompts/00001.jsonl", "is missing")),
        ["prompts: a chunk more"] = new((job, _) => job["prompts/00003.jsonl"] = job["prompts/00000.jsonl"], ("prompts/00003.jsonl", "its list has 3 chunks")),
        ["input: a byte"] = new((job, finished) => job.Flip($"inputs/{finished.Input}.png", ^1), ("inputs/{input}.png", "which is not its name")),
        ["input: removed"] = new((job, finished) => job.Remove($"inputs/{finished.Input}.png"), ("inputs/{input}.png", "is missing; row 4 inpaints it")),
        ["input: one more"] = new((job, _) => job["inputs/" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("x"u8)) + ".png"] = [.. "x"u8], ("inputs/2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881.png", "is named by no row")),
        ["state: no JSON"] = new((job, _) => job.Text("state/00001.json", "x"), ("state/00001.json", "is damaged")),
        ["state: one removed"] = new((job, _) => job.Remove("state/00001.json"), ("state/00002.json", "the next state is 1")),
        ["state: an earlier round"] = new((job, _) => job["state/00003.json"] = job["state/00001.json"], ("state/00003.json", "has the round 0; the state before it has 1")),
        ["state: after the end"] = new(
            (job, _) => job.Json("state/00001.json", json => json["lifecycle"] = "cancelled"), ("state/00002.json", "comes after the job was cancelled")),
        ["state: a weight of nothing"] = new((job, _) => job.Json("state/00002.json", json => json["scheduling"]!["weight"] = 0), ("state/00002.json", "weight is '0'")),
        ["failure: no JSON"] = new((job, _) => job.Text($"attempts/00000/{Guid.Empty:N}.failed", "x"), ($"attempts/00000/{Guid.Empty:N}.failed", "is damaged")),

        // What closes the job.
        ["summary: counts"] = new((job, _) => job.Json("summary.json", json => (json["images"], json["failed"]) = (17, 3)), ("summary.json", "images is 17; the rest of the job makes it 18"), ("summary.json", "failed is 3")),
        ["summary: spec"] = new((job, _) => job.Json("summary.json", json => json["spec"]!["guidance_scale"] = 9), ("summary.json", "spec.guidance_scale is 9; the rest of the job makes it 3")),
        ["summary: plan"] = new((job, _) => job.Json("summary.json", json => json["plan"]!["chunk_rows"] = 1), ("summary.json", "plan.chunk_rows is 1")),
        ["summary: fingerprint"] = new((job, _) => job.Json("summary.json", json => json["dataset_sha256"] = Hash), ("summary.json", "dataset_sha256 is")),
        ["summary: no JSON"] = new((job, _) => job.Text("summary.json", "null"), ("summary.json", "is damaged")),
        ["summary: removed"] = new((job, _) => job.Remove("summary.json"), ("summary.json", "is missing; run or submit the job again")),
        ["errors: a line more"] = new((job, _) => job["errors.jsonl"] = [.. job["errors.jsonl"], .. "{\"key\":\"000000001\"}\n"u8], ("errors.jsonl", "differs in line 3")),
        ["errors: a letter"] = new((job, _) => job.Replace("errors.jsonl", "a red circle 6", "a red circle 7"), ("errors.jsonl", "differs in line 2")),
        ["errors: emptied"] = new((job, _) => job["errors.jsonl"] = [], ("errors.jsonl", "differs in line 1")),
        ["errors: removed"] = new((job, _) => job.Remove("errors.jsonl"), ("errors.jsonl", "is missing from a finished job")),
        ["card: a letter"] = new((job, _) => job.Flip("README.md", 60), ("README.md", "differs in line")),
        ["card: cut off"] = new((job, _) => job["README.md"] = job["README.md"][..200], ("README.md", "differs in line")),
        ["card: removed"] = new((job, _) => job.Remove("README.md"), ("README.md", "is missing from a finished job")),
        ["sheet: a byte"] = new((job, _) => job.Flip("contact-sheet.png", 3000), ("contact-sheet.png", "is not the picture")),
        ["sheet: another picture"] = new((job, _) => job["contact-sheet.png"] = ImageEncoder.Encode(TestImages.Noise(8, 8), "png", 95), ("contact-sheet.png", "is not the picture")),
        ["sheet: removed"] = new((job, _) => job.Remove("contact-sheet.png"), ("contact-sheet.png", "is missing from a finished job")),

        // Files that the job does not know.
        ["a file"] = new((job, _) => job.Text("shards/notes.txt", "x"), ("shards/notes.txt", "is not a file of the job")),
        ["a folder"] = new((job, _) => job.Text("more/00000.tar", "x"), ("more/00000.tar", "is not a file of the job")),
        ["a lock that holds something"] = new((job, _) => job.Text(".lock", "x"), (".lock", "is not empty")),
        ["an attempt"] = new((job, _) => job.Text($"attempts/00000/{Guid.Empty:N}.tar", "x"), ($"attempts/00000/{Guid.Empty:N}.tar", "is left over")),
        ["a part"] = new((job, _) => job.Text($"parts/00000/00000-0123456789abcdef-{Guid.Empty:N}.part", "x"), ($"parts/00000/00000-0123456789abcdef-{Guid.Empty:N}.part", "is left over")),
        ["work that was begun"] = new((job, _) => job.Text($"attempts/00000/{Guid.Empty:N}.begun", "x"), ($"attempts/00000/{Guid.Empty:N}.begun", "is left over")),
    };

    private static Tampering Stats(Action<JsonNode> change, string? what, params (string, string)[] others) =>
        new((job, _) => job.Json("shards/00000.json", change), [.. what is null ? [] : new[] { ("shards/00000.json", what) }, .. others]);

    private static Tampering Spec(Action<JsonNode> change, string what, string name) => new(
        (job, _) => job.Json("job.json", json => change(json["spec"]!)),
        ("shards/00000.parquet", what), ("shards/00001.parquet", "more rows"), ("shards/00002.parquet", "more rows"), ("summary.json", $"spec.{name} is"), ("README.md", Card));

    private static Tampering Rewritten(Action<JobEditor> change, params (string, string)[] problems) => new(
        (job, _) =>
        {
            change(job);
            job.Settle();
        },
        problems);

    /// <summary>A row of the metadata of shard 1, and with it a file of the sample in the tar that it no longer makes.</summary>
    private static Tampering Row1(Func<ShardRow, ShardRow> change, string what, string? file) =>
        Rewritten(job => job.Rows(1, Row(2, change)), [("shards/00001.parquet", what), .. file is null ? [] : new[] { ("shards/00001.tar", $"{file} that is not") }]);

    private static Action<List<ShardRow>> Row(int index, Func<ShardRow, ShardRow> change) => rows => rows[index] = change(rows[index]);

    private static JsonNode Value(JobEditor job, string path, string name) => JsonNode.Parse(job[path])![name]!.DeepClone();

    private static Action<List<UstarTarEntry>> Swap(string extension) => entries =>
    {
        var (first, second) = (entries.First(entry => entry.Name.EndsWith(extension, StringComparison.Ordinal)), entries.Last(entry => entry.Name.EndsWith(extension, StringComparison.Ordinal)));
        (first.Name, second.Name) = (second.Name, first.Name);
        var (one, other) = (entries.IndexOf(first), entries.IndexOf(second));
        (entries[one], entries[other]) = (entries[other], entries[one]);
    };

    private static Action<List<UstarTarEntry>> Put(string name, string text) => Edit(name, _ => text);

    private static Action<List<UstarTarEntry>> Edit(string name, Func<string, string> change) => entries =>
    {
        var index = entries.FindIndex(entry => entry.Name == name);
        using var reader = new StreamReader(entries[index].DataStream!);
        entries[index] = Entry(name, Encoding.UTF8.GetBytes(change(reader.ReadToEnd())));
    };

    private static Action<List<UstarTarEntry>> Image(RgbImage image) => entries => entries[0] = Entry(entries[0].Name, ImageEncoder.Encode(image, "png", 95));

    private static UstarTarEntry Entry(string name, byte[] content) => new(TarEntryType.RegularFile, name)
    {
        Mode = (UnixFileMode)0b110_100_100,
        ModificationTime = DateTimeOffset.UnixEpoch,
        DataStream = new MemoryStream(content),
    };

    /// <summary>Writes eleven bytes where the first header of a tar has the length.</summary>
    private static void Length(JobEditor job, string digits)
    {
        var tar = job["shards/00001.tar"].ToArray();
        Encoding.Latin1.GetBytes(digits).CopyTo(tar, 124);
        job["shards/00001.tar"] = tar;
    }

    /// <summary>Leaves of a parquet only its description.</summary>
    private static void Pages(JobEditor job, byte value)
    {
        var parquet = job["shards/00001.parquet"].ToArray();
        var footer = BitConverter.ToInt32(parquet, parquet.Length - 8);
        parquet.AsSpan(4, parquet.Length - 12 - footer).Fill(value);
        job["shards/00001.parquet"] = parquet;
    }
}
