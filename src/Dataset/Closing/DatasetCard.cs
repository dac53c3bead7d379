using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Sampling;
using Atelier.Dataset.Shards;

namespace Atelier.Dataset.Closing;

/// <summary>Writes a job's <c>README.md</c>: a dataset card as the Hugging Face hub reads it. Says nothing of when, where or by whom.</summary>
internal static class DatasetCard
{
    public static string Render(JobSummary summary)
    {
        var spec = summary.Spec;
        var card = new StringBuilder();
        // Line ends are part of the file, which is the same on every machine.
        card.Append(CultureInfo.InvariantCulture, $"""
            ---
            pretty_name: {Quoted($"Images by {spec.Model}")}
            task_categories:
            - text-to-image
            tags:
            - synthetic
            - webdataset
            size_categories:
            - {SizeCategory(summary.Samples)}
            configs:
            - config_name: images
              data_files: shards/*.tar
              default: true
            - config_name: metadata
              data_files: shards/*.parquet
            ---

            # Images by {Plain(spec.Model)}

            {Count(summary.Images, "synthetic image")} of {Count(summary.Plan.Rows, "prompt")}, made by guided diffusion with the model `{Plain(spec.Model)}`.{Exceptions(summary)}


            """);
        if (summary.Images > 0)
            card.Append("![Some of the images](contact-sheet.png)\n\n");
        card.Append(CultureInfo.InvariantCulture, $"""
            ## How they were made

            | setting | value |
            | --- | --- |
            | model | `{Plain(spec.Model)}`, SHA-256 `{Plain(spec.ModelDigest)}` |{(spec.ModelLicence is null ? "" : $"\n| licence of the model | {Plain(spec.ModelLicence)} |")}{Size(spec)}
            | sampler | {Plain(spec.Sampler)}, {Count(spec.Steps, "step")}{(spec.Sampler == SamplerNames.Ddim ? $", eta {Real(spec.Eta)}" : "")} |
            | guidance scale | {Real(spec.GuidanceScale)}, unless a row has its own{Guidance(spec)} |
            | seed of the job | {spec.Seed} |
            | batch | {Count(summary.Plan.BatchSize!.Value, "sample")}, in shards of {Number(summary.Plan.ShardSize)} |
            | numerics | {string.Join(", ", summary.NumericsClasses.Select(name => $"`{Plain(name)}`"))} |
            | images | {Plain(spec.Format)}{(spec.Format == "png" ? "" : $", quality {spec.Quality}")} |

            Every image follows from its prompt, its seed and these settings, whatever the number of workers.

            ## What is here

            - `shards/*.tar`: {Count(summary.Shards, "file")}; for each sample `{"{key}"}.{Plain(spec.Format)}`, `{"{key}"}.txt` (the prompt) and
              `{"{key}"}.json` (how it was made; seeds as strings of digits, what a row does not have as "", no class as -1).
            - `shards/*.parquet`: a row for each sample, with an image (`status` is `ok`) or without (`failed`):
              {string.Join(", ", ShardColumns.All.Select(column => $"`{column.Name}`"))}.
              In the tar of the same number, the `bytes` bytes from `image_offset` on are the image.
            - `inputs/*.png`, where rows inpaint an image: what was kept of it, by the `input_sha256` of its samples; the transparent part was drawn new.
            - `errors.jsonl`: the samples without an image. `summary.json`: counts, settings and the fingerprint of the whole.

            ## How to read them

            ```python
            import glob, webdataset  # pip install webdataset pillow
            samples = webdataset.WebDataset(sorted(glob.glob("shards/*.tar")), shardshuffle=False)
            for image, prompt, how in samples.decode("pil").to_tuple("{Plain(spec.Format)}", "txt", "json"):
                print(prompt, image.size, int(how["seed"]))
            ```

            ```python
            import datasets  # pip install datasets pillow
            samples = datasets.load_dataset("webdataset", data_files="shards/*.tar", split="train", streaming=True)
            ```

            ```sql
            -- in duckdb
            SELECT key, prompt, seed, guidance_scale FROM 'shards/*.parquet' WHERE status = 'ok';
            ```

            ## How to check them

            This prints the dataset's fingerprint, `{summary.DatasetSha256}`:

            ```sh
            find shards -name '*.tar' -o -name '*.parquet' | LC_ALL=C sort | xargs sha256sum | sha256sum
            ```

            """);
        return card.ToString().ReplaceLineEndings("\n");
    }

    // What departs from plain guidance.
    private static string Size(JobSpec spec) => spec.Width is null && spec.Height is null
        ? ""
        : $"\n| size | {spec.Width?.ToString(CultureInfo.InvariantCulture) ?? "the model's"} x {spec.Height?.ToString(CultureInfo.InvariantCulture) ?? "the model's"} |";

    private static string Guidance(JobSpec spec)
    {
        var (guidance, plain) = (spec.Guidance, new GuidanceSpec());
        var text = new StringBuilder();
        if (spec.NegativePrompt.Length > 0) text.Append(CultureInfo.InvariantCulture, $"; negative prompt `{Plain(spec.NegativePrompt)}`");
        if (guidance.Method == GuidanceNames.Apg)
            text.Append(CultureInfo.InvariantCulture, $"; apg with eta {Real(guidance.ApgEta)}, norm threshold {Real(guidance.ApgNormThreshold)}, momentum {Real(guidance.ApgMomentum)}");
        else if (guidance.Method != plain.Method) text.Append(CultureInfo.InvariantCulture, $"; {Plain(guidance.Method)}");
        if ((guidance.IntervalStart, guidance.IntervalEnd) != (plain.IntervalStart, plain.IntervalEnd))
            text.Append(CultureInfo.InvariantCulture, $"; from t/T {Real(guidance.IntervalStart)} to {Real(guidance.IntervalEnd)}");
        if (guidance.Weights != plain.Weights) text.Append(CultureInfo.InvariantCulture, $"; {Plain(guidance.Weights)} weights");
        if (guidance.Rescale != plain.Rescale) text.Append(CultureInfo.InvariantCulture, $"; rescaled by {Real(guidance.Rescale)}");
        if (guidance.ThresholdPercentile != plain.ThresholdPercentile)
            text.Append(CultureInfo.InvariantCulture, $"; dynamic thresholding at {Real(guidance.ThresholdPercentile)}");
        return text.ToString();
    }

    private static string Exceptions(JobSummary summary)
    {
        var text = new StringBuilder();
        if (summary.Failed > 0)
        {
            var codes = string.Join(", ", summary.Errors.Select(error => $"`{Plain(error.Key)}` {Number(error.Value)}"));
            text.Append(CultureInfo.InvariantCulture, $"\n{Count(summary.Failed, "sample")} could not be made ({codes}); `errors.jsonl` lists them.");
        }
        if (summary.Truncated > 0)
            text.Append(CultureInfo.InvariantCulture, $"\nOf {Count(summary.Truncated, "sample")} the prompt was cut to what the model can read.");
        return text.ToString();
    }

    private static string SizeCategory(long samples) => samples switch
    {
        < 1_000 => "n<1K",
        < 10_000 => "1K<n<10K",
        < 100_000 => "10K<n<100K",
        < 1_000_000 => "100K<n<1M",
        < 10_000_000 => "1M<n<10M",
        < 100_000_000 => "10M<n<100M",
        < 1_000_000_000 => "100M<n<1B",
        < 10_000_000_000 => "1B<n<10B",
        _ => "10B<n<100B",
    };

    private static string Count(long count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Real(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A name that cannot end a code span or a cell of a table.</summary>
    private static string Plain(string name) =>
        string.Concat(name.Select(character => char.IsControl(character) || character is '`' or '|' or '<' ? '_' : character));

    /// <summary>A YAML string, which a JSON string is.</summary>
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
