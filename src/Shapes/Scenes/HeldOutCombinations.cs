namespace Atelier.Shapes;

/// <summary>What training never shows, so that evaluation can ask for it.</summary>
/// <remarks>
/// Two things are held out, and each tests one kind of generalisation:
/// <list type="bullet">
/// <item>six of the 64 (colour, shape) kinds, which occur in no training scene, alone or beside another object;</item>
/// <item>about a tenth of the combinations (first kind, relation, second kind) of kinds that training does show.</item>
/// </list>
/// So a held-out scene with one object shows a kind never seen; a held-out scene with two objects shows two familiar kinds as they
/// were never combined. A combination is the same whichever object its caption names first.
/// </remarks>
public static class HeldOutCombinations
{
    private const ulong OneIn = 10;

    private static readonly ObjectKind[] HeldOutKinds =
    [
        new(ObjectColour.Red, Shape.Diamond),
        new(ObjectColour.Green, Shape.Circle),
        new(ObjectColour.Blue, Shape.Star),
        new(ObjectColour.Yellow, Shape.Cross),
        new(ObjectColour.Purple, Shape.Square),
        new(ObjectColour.Pink, Shape.Triangle),
    ];

    /// <summary>The (colour, shape) kinds that no training scene contains.</summary>
    public static IReadOnlyList<ObjectKind> Kinds => HeldOutKinds;

    /// <summary>Whether no training scene contains this kind.</summary>
    public static bool Contains(ObjectKind kind) => HeldOutKinds.Contains(kind);

    /// <summary>
    /// Whether two kinds that training shows are never shown in this relation: a fixed hash of the three picks one combination in ten.
    /// False if a kind is itself held out. The converse relation with the kinds exchanged gives the same answer.
    /// </summary>
    public static bool Contains(ObjectKind first, Relation relation, ObjectKind second) => relation switch
    {
        Relation.RightOf => Contains(second, Relation.LeftOf, first),
        Relation.Below => Contains(second, Relation.Above, first),
        _ => !Contains(first) && !Contains(second) && SplitMix64.Mix(Key(first, relation, second)) % OneIn == 0,
    };

    private static ulong Key(ObjectKind first, Relation relation, ObjectKind second) =>
        (Key(first) << 16) | (Key(second) << 8) | (uint)relation;

    private static ulong Key(ObjectKind kind) => ((ulong)kind.Colour << 4) | (uint)kind.Shape;
}
