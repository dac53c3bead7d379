using Atelier.Abstractions;

namespace Atelier.Dataset.Prompts;

/// <summary>
/// Collects what is wrong with the rows of one prompt list, so that a user learns of all at once: a row with a problem is left out, and reading goes on.
/// </summary>
/// <param name="most">How many problems are kept; the others are counted.</param>
public sealed class RowProblems(int most = RowProblems.DefaultMost)
{
    /// <summary>Problems that are kept unless another number is given.</summary>
    public const int DefaultMost = 100;

    private readonly List<RowProblem> _first = [];

    /// <summary>The first of them, in the order of the list.</summary>
    public IReadOnlyList<RowProblem> First => _first;

    /// <summary>How many there are in all.</summary>
    public long Total { get; private set; }

    internal void Add(string list, long line, InvalidInputException problem)
    {
        Total++;
        if (_first.Count == most) return;
        // The line is told beside.
        var place = $"{list} line {line}: ";
        _first.Add(new RowProblem(line, problem.Message.StartsWith(place, StringComparison.Ordinal) ? problem.Message[place.Length..] : problem.Message));
    }

    /// <summary>What a line gives; null where it has a problem that is collected. Where nothing is collected, the problem is thrown.</summary>
    internal static T? Try<T>(RowProblems? problems, string list, long line, Func<T> parse)
        where T : class
    {
        try
        {
            return parse();
        }
        catch (InvalidInputException problem) when (problems is not null)
        {
            problems.Add(list, line, problem);
            return null;
        }
    }
}
