using Atelier.Input;

namespace Atelier.Dataset.Captions;

/// <summary>What lies among the images of a data set, is no part of it and was not used.</summary>
/// <param name="Kind">What it is, in the plural, such as <c>hidden files</c>.</param>
/// <param name="Count">How much of it there is, at least 1.</param>
/// <param name="Example">Name of one of it.</param>
public sealed record LeftAside(string Kind, int Count, string Example)
{
    /// <summary>Kind, number and example, fit for a terminal.</summary>
    public override string ToString() => $"{Kind} {Count:N0} ({(Count > 1 ? "such as " : "")}{PrintableText.Of(Example)})";
}
