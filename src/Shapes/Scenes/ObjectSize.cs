namespace Atelier.Shapes;

/// <summary>The two sizes of objects.</summary>
public enum ObjectSize
{
    /// <summary>About a quarter of the image wide.</summary>
    Small,

    /// <summary>About three eighths of the image wide.</summary>
    Large,
}
