namespace Atelier.Shapes;

/// <summary>The shapes an object can have. All stand upright.</summary>
public enum Shape
{
    /// <summary>A filled disc.</summary>
    Circle,

    /// <summary>An axis-parallel square.</summary>
    Square,

    /// <summary>A triangle with its point up.</summary>
    Triangle,

    /// <summary>A square standing on its corner.</summary>
    Diamond,

    /// <summary>A plus sign.</summary>
    Cross,

    /// <summary>A disc with a round hole.</summary>
    Ring,

    /// <summary>A five-pointed star with a point up.</summary>
    Star,

    /// <summary>A heart with its point down.</summary>
    Heart,
}
