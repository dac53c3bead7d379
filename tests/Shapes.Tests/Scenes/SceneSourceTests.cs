using Xunit;

namespace Atelier.Shapes.Tests;

public class SceneSourceTests
{
    private const double Pixel = 1.0 / 32;
    private const double Rounding = 1e-9;
    private const int Many = 4000;

    [Fact]
    public void Indexer_TheSameSeedAndIndex_IsTheSameSceneInAnyOrder()
    {
        var forwards = Enumerable.Range(0, 50).Select(i => Describe(new SceneSource(3, SceneSplit.Training, 2)[i]));
        var source = new SceneSource(3, SceneSplit.Training, 2);
        var backwards = Enumerable.Range(0, 50).Reverse().Select(i => Describe(source[i])).Reverse();
        Assert.Equal(forwards, backwards);
    }

    [Fact]
    public void Indexer_AnotherSeed_IsAnotherScene() =>
        Assert.NotEqual(Describe(new SceneSource(3, SceneSplit.Training, 2)[0]), Describe(new SceneSource(4, SceneSplit.Training, 2)[0]));

    [Fact]
    public void Captioned_OnAnyMachine_GivesTheseCaptions() => Assert.Equal(
        [
            "this is a little cyan star on the left",
            "there is one little yellow triangle on the left, background gray",
            "A drawing of a blue rhombus left of a red circle.",
            "on a beige background, one big green ring right of one tiny red triangle",
        ],
        Enumerable.Range(0, 4).Select(i => new SceneSource(1, SceneSplit.Training, 2).Captioned(i).Caption));

    [Theory]
    [InlineData(SceneSplit.Training)]
    [InlineData(SceneSplit.HeldOut)]
    public void Indexer_AnyScene_KeepsItsObjectsInsideTheMargin(SceneSplit split)
    {
        foreach (var shown in Scenes(split, 2).SelectMany(scene => scene.Objects))
        {
            Assert.InRange(shown.CentreX, shown.HalfExtent + Pixel - Rounding, 1 - shown.HalfExtent - Pixel + Rounding);
            Assert.InRange(shown.CentreY, shown.HalfExtent + Pixel - Rounding, 1 - shown.HalfExtent - Pixel + Rounding);
        }
    }

    [Theory]
    [InlineData(SceneSplit.Training)]
    [InlineData(SceneSplit.HeldOut)]
    public void Indexer_TwoObjects_DifferAndLieUnmistakablyInTheirRelation(SceneSplit split)
    {
        foreach (var scene in Scenes(split, 2, minObjects: 2))
        {
            var (first, second) = (scene.Objects[0], scene.Objects[1]);
            var (dx, dy) = (second.CentreX - first.CentreX, second.CentreY - first.CentreY);
            var (along, across) = scene.Relation == Relation.LeftOf ? (dx, dy) : (dy, dx);

            Assert.NotEqual(first.Kind, second.Kind);
            Assert.Null(scene.Place);
            Assert.True(scene.Relation is Relation.LeftOf or Relation.Above);
            Assert.True(along >= first.HalfExtent + second.HalfExtent + (3 * Pixel) - Rounding);
            Assert.InRange(across, (-3 * Pixel) - Rounding, (3 * Pixel) + Rounding);
        }
    }

    [Fact]
    public void Indexer_OneObject_HasAPlaceOnlyWhereItReallyLies()
    {
        foreach (var scene in Scenes(SceneSplit.Training, 1))
        {
            var (dx, dy) = (scene.Objects[0].CentreX - 0.5, scene.Objects[0].CentreY - 0.5);
            Assert.True(scene.Place switch
            {
                Place.Centre => Math.Abs(dx) < 3 * Pixel && Math.Abs(dy) < 3 * Pixel,
                Place.Left => dx < -4 * Pixel && Math.Abs(dy) < -dx,
                Place.Right => dx > 4 * Pixel && Math.Abs(dy) < dx,
                Place.Top => dy < -4 * Pixel && Math.Abs(dx) < -dy,
                Place.Bottom => dy > 4 * Pixel && Math.Abs(dx) < dy,
                _ => true,
            });
        }
    }

    [Fact]
    public void Indexer_ManyScenes_ShowEveryColourShapeSizeBackgroundRelationAndPlace()
    {
        var scenes = Scenes(SceneSplit.Training, 2).ToArray();
        var objects = scenes.SelectMany(scene => scene.Objects).ToArray();
        Assert.Equal(8, objects.Select(shown => shown.Kind.Colour).Distinct().Count());
        Assert.Equal(8, objects.Select(shown => shown.Kind.Shape).Distinct().Count());
        Assert.Equal(58, objects.Select(shown => shown.Kind).Distinct().Count());
        Assert.Equal(2, objects.Select(shown => shown.Size).Distinct().Count());
        Assert.Equal(7, scenes.Select(scene => scene.Background).Distinct().Count());
        Assert.Equal(2, scenes.Select(scene => scene.Relation).OfType<Relation>().Distinct().Count());
        Assert.Equal(5, scenes.Select(scene => scene.Place).OfType<Place>().Distinct().Count());
        Assert.InRange(scenes.Average(scene => scene.Objects.Length), 1.45, 1.55);
    }

    [Fact]
    public void Indexer_TheTwoSplits_ShareNoKindOfOneAndNoCombinationOfTwo()
    {
        var trainedOne = Scenes(SceneSplit.Training, 1).Select(scene => scene.Objects[0].Kind).ToHashSet();
        var heldOutOne = Scenes(SceneSplit.HeldOut, 1).Select(scene => scene.Objects[0].Kind).ToHashSet();
        Assert.Equal(HeldOutCombinations.Kinds.ToHashSet(), heldOutOne);
        Assert.Empty(trainedOne.Intersect(heldOutOne));

        var trainedTwo = Scenes(SceneSplit.Training, 2, minObjects: 2).ToArray();
        var heldOutTwo = Scenes(SceneSplit.HeldOut, 2, minObjects: 2).ToArray();
        Assert.Empty(trainedTwo.Select(Combination).Intersect(heldOutTwo.Select(Combination)));
        Assert.Empty(trainedTwo.Concat(heldOutTwo).SelectMany(scene => scene.Objects).Select(shown => shown.Kind).Intersect(heldOutOne));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 1)]
    [InlineData(2, 0)]
    [InlineData(1, 2)]
    public void Constructor_ACountThatNoSceneHas_Throws(int maxObjects, int minObjects) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SceneSource(1, SceneSplit.Training, maxObjects, minObjects));

    private static IEnumerable<Scene> Scenes(SceneSplit split, int maxObjects, int minObjects = 1)
    {
        var source = new SceneSource(17, split, maxObjects, minObjects);
        return Enumerable.Range(0, Many).Select(i => source[i]);
    }

    private static (ObjectKind First, Relation? Relation, ObjectKind Second) Combination(Scene scene) =>
        (scene.Objects[0].Kind, scene.Relation, scene.Objects[1].Kind);

    private static string Describe(Scene scene) => $"{scene with { Objects = [] }} {string.Join(' ', scene.Objects)}";
}
