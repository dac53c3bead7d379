namespace Atelier.Shapes;

/// <summary>The colours an object can have.</summary>
public enum ObjectColour
{
    /// <summary>Red.</summary>
    Red,

    /// <summary>Green.</summary>
    Green,

    /// <summary>Blue.</summary>
    Blue,

    /// <summary>Yellow.</summary>
    Yellow,

    /// <summary>Orange.</summary>
    Orange,

    /// <summary>Purple.</summary>
    Purple,

    /// <summary>Cyan.</summary>
    Cyan,

    /// <summary>Pink.</summary>
    Pink,
}
