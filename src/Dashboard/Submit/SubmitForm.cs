using System.Globalization;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Sampling;

namespace Atelier.Dashboard.Submit;

/// <summary>What the form of a new job says.</summary>
internal sealed record SubmitForm
{
    public string JobId { get; init; } = "";

    /// <summary>Name and digest of the model, with a space between.</summary>
    public string Model { get; init; } = "";

    /// <summary>Prompts that were typed, one a line.</summary>
    public string Prompts { get; init; } = "";

    /// <summary>Id of a list that was sent before.</summary>
    public string List { get; init; } = "";

    /// <summary>Name of the job that was drawn as a trial of this form; empty where none was.</summary>
    public string Trial { get; init; } = "";

    public string Submitter { get; init; } = "";

    public string Priority { get; init; } = "normal";

    public int Weight { get; init; } = 1;

    /// <summary>The settings; its model is that of <see cref="Model"/>.</summary>
    public JobSpec Spec { get; init; } = new() { Model = "", ModelDigest = "" };

    /// <summary>What can be kept of a form whose numbers cannot be read.</summary>
    public static SubmitForm ReadNames(IFormCollection form) => new()
    {
        JobId = form["job"].ToString(),
        Model = form["model"].ToString(),
        Prompts = form["prompts"].ToString(),
        List = form["list"].ToString(),
        Trial = form["trial"].ToString(),
        Submitter = form["submitter"].ToString(),
    };

    /// <summary>What the form says.</summary>
    /// <exception cref="InvalidInputException">A value cannot be read; the message names it.</exception>
    public static SubmitForm Read(IFormCollection form)
    {
        var usual = new JobSpec { Model = "", ModelDigest = "" };
        var model = form["model"].ToString().Trim();
        return new SubmitForm
        {
            JobId = form["job"].ToString().Trim(),
            Model = model,
            Prompts = form["prompts"].ToString().ReplaceLineEndings("\n"),
            List = form["list"].ToString(),
            Trial = form["trial"].ToString(),
            Submitter = form["submitter"].ToString().Trim(),
            Priority = form["priority"].ToString() is { Length: > 0 } priority ? priority : "normal",
            Weight = Whole("weight", 1),
            Spec = usual with
            {
                Model = model.Split(' ')[0],
                ModelDigest = model.Split(' ')[^1],
                GuidanceScale = Number("guidance", usual.GuidanceScale),
                Steps = Whole("steps", usual.Steps),
                Sampler = Word("sampler", usual.Sampler),
                Eta = Number("eta", usual.Eta),
                ImagesPerPrompt = Whole("images", usual.ImagesPerPrompt),
                Seed = ulong.TryParse(Word("seed", "0"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : throw Refused("seed", "a whole number from 0 to 18446744073709551615"),
                BatchSize = Size("batch"),
                ShardSize = Size("shard"),
                Format = Word("format", usual.Format),
                Quality = Whole("quality", usual.Quality),
                NegativePrompt = form["negative"].ToString(),
                ClassifierScale = Number("classifier", usual.ClassifierScale),
                Upsample = form["upsample"].ToString() != "no",
                Guidance = usual.Guidance with { Method = Word("method", usual.Guidance.Method), Rescale = Number("rescale", usual.Guidance.Rescale) },
            },
        };

        string Word(string name, string otherwise) => form[name].ToString().Trim() is { Length: > 0 } word ? word : otherwise;

        int Whole(string name, int otherwise) => int.TryParse(Word(name, otherwise.ToString(CultureInfo.InvariantCulture)), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Refused(name, "a whole number");

        double Number(string name, double otherwise) => double.TryParse(Word(name, otherwise.ToString(CultureInfo.InvariantCulture)), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Refused(name, "a number, such as 3 or 7.5");

        SizeChoice Size(string name)
        {
            try
            {
                return SizeChoice.Parse(Word(name, SizeChoice.ByJobWord));
            }
            catch (Exception wrong) when (wrong is FormatException or OverflowException)
            {
                throw Refused(name, $"a whole number, {SizeChoice.ByJobWord}, or {SizeChoice.ByDeviceWord}");
            }
        }

        InvalidInputException Refused(string name, string allowed) => new($"{name} is '{form[name]}'; allowed: {allowed}");
    }

    /// <summary>The form that asks for a job like another.</summary>
    public static SubmitForm Like(JobDescription told) => new()
    {
        Model = $"{told.Spec.Model} {told.Spec.ModelDigest}",
        Submitter = told.Scheduling.Submitter,
        Priority = told.Scheduling.Priority.ToString().ToLowerInvariant(),
        Weight = told.Scheduling.Weight,
        Spec = told.Spec,
    };

    /// <summary>When it gets workers.</summary>
    /// <exception cref="InvalidInputException">A value is not allowed.</exception>
    public JobScheduling Scheduling()
    {
        if (!Enum.TryParse<JobPriority>(Priority, ignoreCase: true, out var priority)) throw new InvalidInputException($"class is '{Priority}'; allowed: low, normal, high");
        var scheduling = new JobScheduling { Submitter = Submitter, Priority = priority, Weight = Weight };
        scheduling.Check();
        return scheduling;
    }

    /// <summary>Words for <see cref="JobSpec.Sampler"/>.</summary>
    public static IReadOnlyList<string> Samplers => SamplerNames.All;
}
