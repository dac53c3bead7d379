namespace Atelier.Shapes;

/// <summary>The colours a background can have. None of them is near an <see cref="ObjectColour"/>.</summary>
public enum BackgroundColour
{
    /// <summary>Nearly white.</summary>
    White,

    /// <summary>Nearly black.</summary>
    Black,

    /// <summary>Middle gray.</summary>
    Gray,

    /// <summary>Dark blue.</summary>
    Navy,

    /// <summary>Dark red.</summary>
    Maroon,

    /// <summary>Pale yellowish brown.</summary>
    Beige,

    /// <summary>Pale green.</summary>
    Mint,
}
