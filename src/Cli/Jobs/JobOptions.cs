using System.CommandLine;
using Atelier.Abstractions;
using Atelier.Dataset.Catalogue;

namespace Atelier.Cli.Jobs;

/// <summary>What the commands about jobs of a cluster have in common.</summary>
internal static class JobOptions
{
    /// <summary>The argument that names a job.</summary>
    public static Argument<string> Job() => new("job")
    {
        Description = "Name of the job.",
        CustomParser = result =>
        {
            var name = result.Tokens[0].Value;
            if (ProblemWithName(name) is { } problem) result.AddError(problem);
            return name;
        },
    };

    /// <summary>The option that turns the output into JSON.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON instead of text: one object a line." };

    /// <summary>What is wrong with the name of a job, in words; null where nothing is.</summary>
    public static string? ProblemWithName(string name)
    {
        try
        {
            JobIndex.CheckName(name);
            return null;
        }
        catch (InvalidInputException refused)
        {
            return refused.Message;
        }
    }
}
