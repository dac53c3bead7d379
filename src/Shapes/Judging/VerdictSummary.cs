namespace Atelier.Shapes;

/// <summary>Many verdicts in numbers. Each rate, in [0, 1], is over the verdicts that judge its attribute; null if none does.</summary>
/// <param name="Images">How many verdicts there are.</param>
/// <param name="ObjectCount">The rate of right numbers of objects.</param>
/// <param name="Colour">The rate of images with all colours right.</param>
/// <param name="Shape">The rate of images with all shapes right.</param>
/// <param name="Relation">The rate of right relations.</param>
/// <param name="Background">The rate of right backgrounds.</param>
/// <param name="Sizes">The rate of images with all sizes right.</param>
/// <param name="Place">The rate of right places.</param>
/// <param name="Adherence">The rate of images that adhere; see <see cref="Verdict.Adheres"/>.</param>
public sealed record VerdictSummary(
    int Images,
    double? ObjectCount,
    double? Colour,
    double? Shape,
    double? Relation,
    double? Background,
    double? Sizes,
    double? Place,
    double? Adherence)
{
    /// <summary>Sums up.</summary>
    public static VerdictSummary Of(IReadOnlyCollection<Verdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        return new VerdictSummary(
            verdicts.Count,
            Rate(verdict => verdict.ObjectCountRight),
            Rate(verdict => verdict.ColourRight),
            Rate(verdict => verdict.ShapeRight),
            Rate(verdict => verdict.RelationRight),
            Rate(verdict => verdict.BackgroundRight),
            Rate(verdict => verdict.SizesRight),
            Rate(verdict => verdict.PlaceRight),
            Rate(verdict => verdict.Adheres));

        // Average over nullable numbers skips the nulls and is null without any number.
        double? Rate(Func<Verdict, bool?> attribute) =>
            verdicts.Select(attribute).Average(right => right is { } known ? (known ? 1.0 : 0.0) : null);
    }
}
