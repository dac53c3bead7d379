using System.Text.RegularExpressions;
using Xunit;

namespace Atelier.Shapes.Tests;

public partial class CaptionerTests
{
    private static readonly CaptionedScene[] Captions =
        [.. Enumerable.Range(0, 6000).Select(i => new SceneSource(5, SceneSplit.Training, 2).Captioned(i))];

    [Fact]
    public void Caption_AnyScene_StatesEveryObjectAndTheirRelation()
    {
        foreach (var captioned in Captions)
        {
            var (scene, read) = (captioned.Scene, CaptionReader.Read(captioned.Caption));
            var kinds = scene.Objects.Select(shown => shown.Kind).ToArray();
            var exchanged = read.Kinds[0] != kinds[0];
            Assert.Equal(exchanged ? kinds.Reverse() : kinds, read.Kinds);

            var relation = exchanged ? scene.Relation == Relation.LeftOf ? Relation.RightOf : Relation.Below : scene.Relation;
            Assert.Equal(relation, read.FirstToSecond);
        }
    }

    [Fact]
    public void Caption_AnyScene_StatesSizesBackgroundAndPlaceExactlyWhenItSaysSo()
    {
        foreach (var captioned in Captions)
        {
            var (scene, read) = (captioned.Scene, CaptionReader.Read(captioned.Caption));
            var sizes = scene.Objects.Select(shown => shown.Size).ToArray();
            if (read.Kinds[0] != scene.Objects[0].Kind) Array.Reverse(sizes);

            Assert.Equal(captioned.SizesStated ? sizes : [], read.Sizes);
            Assert.Equal(captioned.BackgroundStated ? scene.Background : null, read.Background);
            Assert.Equal(captioned.PlaceStated ? scene.Place : null, read.Place);
        }
    }

    [Fact]
    public void Caption_ManyScenes_MentionSizesAndBackgroundInMostAndThePlaceInAThird()
    {
        Assert.InRange(Captions.Average(captioned => captioned.SizesStated ? 1.0 : 0), 0.67, 0.73);
        Assert.InRange(Captions.Average(captioned => captioned.BackgroundStated ? 1.0 : 0), 0.67, 0.73);

        var ofOne = Captions.Where(captioned => captioned.Scene.Objects.Length == 1);
        Assert.InRange(ofOne.Average(captioned => captioned.PlaceStated ? 1.0 : 0), 0.25, 0.4);
    }

    [Fact]
    public void Caption_ManyScenes_UseFewWordsInManyWays()
    {
        var words = Captions.SelectMany(captioned => Word().Matches(captioned.Caption.ToLowerInvariant())).Select(word => word.Value);
        Assert.InRange(words.Distinct().Count(), 60, 120);
        Assert.True(Captions.Select(captioned => captioned.Caption).Distinct().Count() > 5000);
    }

    [Fact]
    public void Caption_AnyScene_PutsAnBeforeOrangeOnly() =>
        Assert.All(Captions, captioned => Assert.DoesNotMatch(@"\b[Aa] orange|\b[Aa]n (?!orange|image)", captioned.Caption));

    [Fact]
    public void Caption_OneSceneWithManySeeds_IsWordedInManyWays()
    {
        var scene = new SceneSource(5, SceneSplit.Training, 2, minObjects: 2)[0];
        Assert.True(Enumerable.Range(0, 1000).Select(i => Captioner.Caption(scene, (ulong)i).Caption).Distinct().Count() > 500);
        Assert.Equal(Captioner.Caption(scene, 9), Captioner.Caption(scene, 9));
    }

    [Fact]
    public void Caption_AnyScene_SaysWhichObjectItNamesFirst() => Assert.All(Captions, captioned =>
        Assert.Equal(captioned.Scene.Objects[captioned.NamedFirst].Kind, CaptionReader.Read(captioned.Caption).Kinds[0]));

    [Fact]
    public void ExchangeSides_OfAnyCaption_StatesTheOppositeLayoutAndNothingElse()
    {
        foreach (var captioned in Captions)
        {
            var exchanged = Captioner.ExchangeSides(captioned.Caption);
            var (before, after) = (CaptionReader.Read(captioned.Caption), CaptionReader.Read(exchanged));
            Assert.Equal(before.Kinds, after.Kinds);
            Assert.Equal(before.Sizes, after.Sizes);
            Assert.Equal(before.Background, after.Background);
            Assert.Equal(OppositeRelation(before.FirstToSecond), after.FirstToSecond);
            Assert.Equal(Opposite(before.Place), after.Place);
            // A sentence stays one.
            Assert.Equal(char.IsUpper(captioned.Caption[0]), char.IsUpper(exchanged[0]));
        }

        static Relation? OppositeRelation(Relation? relation) => relation switch
        {
            Relation.LeftOf => Relation.RightOf,
            Relation.RightOf => Relation.LeftOf,
            Relation.Above => Relation.Below,
            Relation.Below => Relation.Above,
            _ => null,
        };
    }

    private static Place? Opposite(Place? place) => place switch
    {
        Place.Left => Place.Right,
        Place.Right => Place.Left,
        Place.Top => Place.Bottom,
        Place.Bottom => Place.Top,
        _ => place,
    };

    [GeneratedRegex("[a-z]+")]
    private static partial Regex Word();
}
