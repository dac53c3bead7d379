namespace Atelier.Dashboard.Problems;

/// <summary>A request that cannot be served, as its answer will say.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">Stable name of the problem, for programs.</param>
/// <param name="detail">What is wrong, for people.</param>
internal sealed class ProblemException(int status, string code, string detail) : Exception(detail)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>Stable name of the problem.</summary>
    public string Code => code;

    /// <summary>Further members of the answer.</summary>
    public Dictionary<string, object?> Members { get; } = [];

    /// <summary>The same problem with a further member.</summary>
    public ProblemException With(string name, object? value)
    {
        Members[name] = value;
        return this;
    }

    /// <summary>There is nothing of that name.</summary>
    public static ProblemException NotFound(string code, string detail) => new(StatusCodes.Status404NotFound, code, detail);

    /// <summary>What is asked does not go with how things are.</summary>
    public static ProblemException Conflict(string code, string detail) => new(StatusCodes.Status409Conflict, code, detail);

    /// <summary>A value of the request is not allowed.</summary>
    public static ProblemException Invalid(string code, string detail) => new(StatusCodes.Status422UnprocessableEntity, code, detail);
}
