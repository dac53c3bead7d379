namespace Atelier.Golden;

/// <summary>What became of a case.</summary>
internal enum Outcome { Pass, Fail, Skip }

/// <summary>One line of the report.</summary>
internal sealed record CaseResult(Outcome Outcome, string Name, string Detail)
{
    public override string ToString() => $"{Outcome.ToString().ToUpperInvariant()} {Name}: {Detail.ReplaceLineEndings(" ")}";
}
