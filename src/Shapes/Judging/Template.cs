namespace Atelier.Shapes;

/// <summary>
/// The judge's own idea of a shape: a fine mask over the square [-1, 1] x [-1, 1], v growing downwards, that answers how much of any
/// box it covers. It shares nothing with the renderer.
/// </summary>
internal sealed class Template
{
    private const int Cells = 192;

    // Cumulated[j, i] is the number of covered cells in the first j rows and i columns.
    private readonly int[,] _cumulated = new int[Cells + 1, Cells + 1];

    private Template(Shape shape, Func<double, double, bool> contains)
    {
        Shape = shape;
        for (var j = 0; j < Cells; j++)
        {
            for (var i = 0; i < Cells; i++)
            {
                var (u, v) = (Middle(i), Middle(j));
                var covered = contains(u, v) ? 1 : 0;
                _cumulated[j + 1, i + 1] = covered + _cumulated[j, i + 1] + _cumulated[j + 1, i] - _cumulated[j, i];
                CentroidV += covered * v;
            }
        }

        CentroidV /= _cumulated[Cells, Cells];
    }

    public static IReadOnlyList<Template> All { get; } =
    [
        new(Shape.Circle, (u, v) => Radius(u, v) <= 1),
        new(Shape.Square, (_, _) => true),
        new(Shape.Triangle, (u, v) => Math.Abs(u) <= (1 + v) / 2),
        new(Shape.Diamond, (u, v) => Math.Abs(u) + Math.Abs(v) <= 1),
        new(Shape.Cross, (u, v) => Math.Abs(u) <= 1.0 / 3 || Math.Abs(v) <= 1.0 / 3),
        new(Shape.Ring, (u, v) => Radius(u, v) is >= 0.5 and <= 1),
        new(Shape.Star, IsStar),
        new(Shape.Heart, IsHeart),
    ];

    public Shape Shape { get; }

    /// <summary>The covered area; the whole square has 4.</summary>
    public double Area => _cumulated[Cells, Cells] * 4.0 / (Cells * Cells);

    /// <summary>The height of the centre of gravity. Sideways it is 0: every shape is symmetric.</summary>
    public double CentroidV { get; }

    /// <summary>The covered part, about in [0, 1], of the square with the given middle and side; its edges are rounded to cells.</summary>
    public double Coverage(double u, double v, double side)
    {
        var (left, right, top, bottom) = (u - (side / 2), u + (side / 2), v - (side / 2), v + (side / 2));
        var cells = Cumulated(right, bottom) - Cumulated(left, bottom) - Cumulated(right, top) + Cumulated(left, top);
        var cellsPerSide = side * Cells / 2;
        return cells / (cellsPerSide * cellsPerSide);
    }

    private int Cumulated(double u, double v) => _cumulated[NearestLine(v), NearestLine(u)];

    private static int NearestLine(double coordinate) => (int)Math.Clamp(((coordinate + 1) * Cells / 2) + 0.5, 0, Cells);

    private static double Middle(int cell) => ((cell + 0.5) * 2 / Cells) - 1;

    private static double Radius(double u, double v) => Math.Sqrt((u * u) + (v * v));

    /// <summary>In polar coordinates about its middle, each fifth of a star is two straight edges from a tip to two notches.</summary>
    private static bool IsStar(double u, double v)
    {
        const double tip = 1.05;
        const double notch = 0.45;
        const double half = Math.PI / 5;
        v -= 0.1;
        var angle = Math.Abs(Math.IEEERemainder(Math.Atan2(u, -v), 2 * half));
        var (along, across) = (Radius(u, v) * Math.Cos(angle), Radius(u, v) * Math.Sin(angle));
        var (notchAlong, notchAcross) = (notch * Math.Cos(half), notch * Math.Sin(half));
        return along * notchAcross <= (tip * notchAcross) - (across * (tip - notchAlong));
    }

    /// <summary>Two discs, and what lies between their outer tangents, which meet in the point below.</summary>
    private static bool IsHeart(double u, double v)
    {
        const double radius = 0.56;
        const double middle = 1 - radius;
        const double tangentSlope = 0.805;
        const double tangentV = -0.089;
        var side = Math.Abs(u);
        if (Radius(side - middle, v + middle) <= radius) return true;
        return v >= tangentV ? side <= tangentSlope * (1 - v) : v >= -middle && side <= middle;
    }
}
