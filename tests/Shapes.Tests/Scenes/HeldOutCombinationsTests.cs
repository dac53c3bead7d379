using Xunit;

namespace Atelier.Shapes.Tests;

public class HeldOutCombinationsTests
{
    private static readonly ObjectKind[] AllKinds =
    [
        .. from colour in Enum.GetValues<ObjectColour>() from shape in Enum.GetValues<Shape>() select new ObjectKind(colour, shape),
    ];

    [Fact]
    public void Kinds_HoldOutSixOf64_WithEveryColourAndShapeLeftToTrainOn()
    {
        Assert.Equal(64, AllKinds.Length);
        Assert.Equal(6, HeldOutCombinations.Kinds.Distinct().Count());
        Assert.All(HeldOutCombinations.Kinds, kind => Assert.True(HeldOutCombinations.Contains(kind)));
        Assert.All(HeldOutCombinations.Kinds.GroupBy(kind => kind.Colour), group => Assert.Single(group));
        Assert.All(HeldOutCombinations.Kinds.GroupBy(kind => kind.Shape), group => Assert.Single(group));
    }

    [Fact]
    public void Contains_CombinationsOfTrainedKinds_HoldsOutAboutATenth()
    {
        var trained = AllKinds.Where(kind => !HeldOutCombinations.Contains(kind)).ToArray();
        var combinations =
            from first in trained
            from second in trained
            where first != second
            from relation in new[] { Relation.LeftOf, Relation.Above }
            select HeldOutCombinations.Contains(first, relation, second);
        Assert.InRange(combinations.Average(heldOut => heldOut ? 1.0 : 0.0), 0.09, 0.11);
    }

    [Fact]
    public void Contains_TheConverseRelationWithTheKindsExchanged_IsTheSameCombination()
    {
        foreach (var first in AllKinds)
        {
            foreach (var second in AllKinds)
            {
                Assert.Equal(
                    HeldOutCombinations.Contains(first, Relation.LeftOf, second),
                    HeldOutCombinations.Contains(second, Relation.RightOf, first));
                Assert.Equal(
                    HeldOutCombinations.Contains(first, Relation.Above, second),
                    HeldOutCombinations.Contains(second, Relation.Below, first));
            }
        }
    }

    [Fact]
    public void Contains_ACombinationWithAHeldOutKind_IsNoCombinationOfTrainedKinds() =>
        Assert.All(AllKinds, kind => Assert.False(HeldOutCombinations.Contains(kind, Relation.Above, HeldOutCombinations.Kinds[0])));
}
