using Xunit;

namespace Atelier.Shapes.Tests;

public class VerdictTests
{
    private static readonly SceneObject LeftCircle = TestScenes.Object(ObjectColour.Red, Shape.Circle, 8, 16);
    private static readonly SceneObject RightSquare = TestScenes.Object(ObjectColour.Blue, Shape.Square, 24, 16);
    private static readonly Scene CircleLeftOfSquare = TestScenes.Two(LeftCircle, Relation.LeftOf, RightSquare, BackgroundColour.White);

    [Fact]
    public void Compare_TheStatedScene_IsRightInEverything() =>
        Assert.Equal(new Verdict(true, true, true, true, true, true, null), Judged(CircleLeftOfSquare, CircleLeftOfSquare));

    [Fact]
    public void Compare_WhatIsNotStated_IsNeitherRightNorWrong()
    {
        var stated = new CaptionedScene(CircleLeftOfSquare, "", SizesStated: false, BackgroundStated: false);
        var verdict = Verdict.Compare(stated, TestScenes.Look(CircleLeftOfSquare with { BackgroundFill = new Rgb(0, 0, 0) }));
        Assert.Equal(new Verdict(true, true, true, true, null, null, null), verdict);
        Assert.True(verdict.Adheres);
    }

    [Fact]
    public void Compare_TheObjectsExchanged_HasOnlyTheRelationWrong()
    {
        var (leftSquare, rightCircle) = (RightSquare with { CentreX = 0.25 }, LeftCircle with { CentreX = 0.75 });
        var exchanged = TestScenes.Two(leftSquare, Relation.LeftOf, rightCircle, BackgroundColour.White);
        var verdict = Judged(CircleLeftOfSquare, exchanged);
        Assert.Equal(new Verdict(true, true, true, false, true, true, null), verdict);
        Assert.False(verdict.Adheres);
    }

    [Fact]
    public void Compare_ColoursExchanged_CannotTellTheObjectsApart_AndHasTheRelationWrong()
    {
        var exchanged = TestScenes.Two(
            TestScenes.Object(ObjectColour.Blue, Shape.Circle, 8, 16),
            Relation.LeftOf,
            TestScenes.Object(ObjectColour.Red, Shape.Square, 24, 16),
            BackgroundColour.White);
        Assert.Equal(new Verdict(true, false, true, false, true, true, null), Judged(CircleLeftOfSquare, exchanged));
    }

    [Fact]
    public void Compare_TwoObjectsAlike_HasTheRelationWrongWhateverTheirPlaces()
    {
        var alike = TestScenes.Two(LeftCircle, Relation.LeftOf, LeftCircle with { CentreX = 0.75 }, BackgroundColour.White);
        var above = TestScenes.Two(LeftCircle with { CentreX = 0.5, CentreY = 0.25 }, Relation.Above, LeftCircle with { CentreX = 0.5, CentreY = 0.75 }, BackgroundColour.White);
        Assert.False(Judged(CircleLeftOfSquare, above).RelationRight);
        Assert.False(Judged(CircleLeftOfSquare, alike).RelationRight);
    }

    [Fact]
    public void Compare_AWrongExtraObject_IsAFailure()
    {
        var stated = new Scene(CircleLeftOfSquare.Background, CircleLeftOfSquare.BackgroundFill, [LeftCircle], null, Place.Left);
        var verdict = Judged(stated, CircleLeftOfSquare);
        Assert.Equal(new Verdict(false, false, false, null, true, false, false), verdict);
        Assert.False(verdict.Adheres);
    }

    [Fact]
    public void Compare_AMissingObject_IsAFailure()
    {
        var shown = new Scene(CircleLeftOfSquare.Background, CircleLeftOfSquare.BackgroundFill, [LeftCircle], null, Place.Left);
        Assert.Equal(new Verdict(false, false, false, false, true, false, null), Judged(CircleLeftOfSquare, shown));
    }

    [Theory]
    [InlineData(ObjectColour.Red, Shape.Square, true, false)]
    [InlineData(ObjectColour.Pink, Shape.Circle, false, true)]
    public void Compare_OneAttributeWrong_DoesNotAdhere(ObjectColour colour, Shape shape, bool colourRight, bool shapeRight)
    {
        var stated = TestScenes.One(ObjectColour.Red, Shape.Circle, BackgroundColour.Mint);
        var verdict = Judged(stated, TestScenes.One(colour, shape, BackgroundColour.Mint));
        Assert.Equal((colourRight, shapeRight, false), (verdict.ColourRight, verdict.ShapeRight, verdict.Adheres));
    }

    [Fact]
    public void Compare_SizeBackgroundAndPlaceWrong_StillAdheres()
    {
        var stated = TestScenes.One(ObjectColour.Red, Shape.Circle, BackgroundColour.Mint) with { Place = Place.Top };
        var verdict = Judged(stated, TestScenes.One(ObjectColour.Red, Shape.Circle, BackgroundColour.Navy, halfExtent: 6));
        Assert.Equal(new Verdict(true, true, true, null, false, false, false), verdict);
        Assert.True(verdict.Adheres);
    }

    [Fact]
    public void Summary_OfVerdicts_AveragesOnlyWhatIsJudged()
    {
        var right = new Verdict(true, true, true, null, true, null, null);
        var wrong = new Verdict(true, true, false, false, null, null, null);
        Assert.Equal(new VerdictSummary(2, 1, 1, 0.5, 0, 1, null, null, 0.5), VerdictSummary.Of([right, wrong]));
        Assert.Equal(new VerdictSummary(0, null, null, null, null, null, null, null, null), VerdictSummary.Of([]));
    }

    private static Verdict Judged(Scene stated, Scene shown) => Verdict.Compare(TestScenes.Stated(stated), TestScenes.Look(shown));
}
