namespace Atelier.Shapes;

/// <summary>The shapes as point sets that touch the sides of the square [-1, 1] x [-1, 1]; v grows downwards.</summary>
internal static class Outline
{
    private const double RingHole = 0.5;
    private const double CrossArm = 0.36;

    // A five-pointed star of outer radius 1.05 and inner radius 0.46, moved down so that it stands in the middle of the square.
    private static readonly (double U, double V)[] StarCorners =
    [
        (0.0000, -0.9500), (0.2704, -0.2721), (0.9986, -0.2245), (0.4375, 0.2421), (0.6172, 0.9495),
        (0.0000, 0.5600), (-0.6172, 0.9495), (-0.4375, 0.2421), (-0.9986, -0.2245), (-0.2704, -0.2721),
    ];

    public static bool Contains(Shape shape, double u, double v)
    {
        if (Math.Max(Math.Abs(u), Math.Abs(v)) > 1) return false;
        return shape switch
        {
            Shape.Circle => (u * u) + (v * v) <= 1,
            Shape.Square => true,
            Shape.Triangle => Math.Abs(u) <= (v + 1) / 2,
            Shape.Diamond => Math.Abs(u) + Math.Abs(v) <= 1,
            Shape.Cross => Math.Min(Math.Abs(u), Math.Abs(v)) <= CrossArm,
            Shape.Ring => (u * u) + (v * v) is <= 1 and >= RingHole * RingHole,
            Shape.Star => IsInStar(u, v),
            Shape.Heart => IsInHeart(u, v),
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "not a known shape"),
        };
    }

    /// <summary>The even-odd rule: a point is inside if a ray from it crosses the outline an odd number of times.</summary>
    private static bool IsInStar(double u, double v)
    {
        var inside = false;
        var previous = StarCorners[^1];
        foreach (var corner in StarCorners)
        {
            var crosses = corner.V > v != previous.V > v
                && u < corner.U + ((v - corner.V) / (previous.V - corner.V) * (previous.U - corner.U));
            inside ^= crosses;
            previous = corner;
        }

        return inside;
    }

    /// <summary>The sextic (x^2 + y^2 - 1)^3 = x^2 y^3, stretched to fill the square.</summary>
    private static bool IsInHeart(double u, double v)
    {
        var x = 1.139 * u;
        var y = 0.118 - (1.118 * v);
        var ball = (x * x) + (y * y) - 1;
        return ball * ball * ball <= x * x * y * y * y;
    }
}
