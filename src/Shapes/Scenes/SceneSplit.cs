namespace Atelier.Shapes;

/// <summary>Which part of the world scenes come from; see <see cref="HeldOutCombinations"/>.</summary>
public enum SceneSplit
{
    /// <summary>Everything that is not held out.</summary>
    Training,

    /// <summary>Only what training never shows.</summary>
    HeldOut,
}
