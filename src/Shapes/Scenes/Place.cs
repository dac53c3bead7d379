namespace Atelier.Shapes;

/// <summary>Roughly where in the image a lone object lies.</summary>
public enum Place
{
    /// <summary>In the middle.</summary>
    Centre,

    /// <summary>On the left, about half-way up.</summary>
    Left,

    /// <summary>On the right, about half-way up.</summary>
    Right,

    /// <summary>At the top, about half-way across.</summary>
    Top,

    /// <summary>At the bottom, about half-way across.</summary>
    Bottom,
}
