namespace Atelier.Shapes;

/// <summary>Where one object lies, seen from another.</summary>
public enum Relation
{
    /// <summary>The first object is to the left of the second.</summary>
    LeftOf,

    /// <summary>The first object is to the right of the second.</summary>
    RightOf,

    /// <summary>The first object is above the second.</summary>
    Above,

    /// <summary>The first object is below the second.</summary>
    Below,
}
