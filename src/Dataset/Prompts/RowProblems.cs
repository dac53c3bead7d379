using System.Text;
using Atelier.Abstractions;

namespace Atelier.Dataset.Prompts;

/// <summary>
/// Collects what is wrong with the rows of one prompt list, so that a user learns of all at once: a row with a problem is left out, and reading goes on. It also says so, in the
/// same words wherever a list is refused.
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

    /// <summary>In one sentence, why the list is refused.</summary>
    /// <param name="list">What to call the list.</param>
    public string Summary(string list) => Total == 1
        ? $"{list} line {_first[0].Line}: {_first[0].Message}"
        : $"{Total:N0} rows of {list} cannot be used; the first is line {_first[0].Line}: {_first[0].Message}";

    /// <summary>The same with all others that are kept, a line each.</summary>
    /// <param name="list">What to call the list.</param>
    public string Text(string list)
    {
        var text = new StringBuilder(Summary(list));
        foreach (var problem in _first.Skip(1)) text.Append('\n').Append("line ").Append(problem.Line).Append(": ").Append(problem.Message);
        if (Total > _first.Count) text.Append('\n').Append("and ").Append((Total - _first.Count).ToString("N0", System.Globalization.CultureInfo.InvariantCulture)).Append(" more");
        return text.ToString();
    }

    internal void Add(string list, long line, InvalidInputException problem)
    {
        Total++;
        if (_first.Count == most) return;
        // The line is told beside.
        var place = $"{list} line {line}: ";
        var (field, code, value) = PromptFields.WhatOf(problem);
        _first.Add(new RowProblem(line, field, code, value, problem.Message.StartsWith(place, StringComparison.Ordinal) ? problem.Message[place.Length..] : problem.Message));
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
