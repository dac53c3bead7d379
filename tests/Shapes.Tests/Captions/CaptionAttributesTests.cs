using Xunit;

namespace Atelier.Shapes.Tests;

public class CaptionAttributesTests
{
    [Fact]
    public void Of_AnyCaption_AreWhatAReaderOfTheWordsFinds()
    {
        var scenes = new SceneSource(5, SceneSplit.Training, 2);
        for (var i = 0; i < 3000; i++)
        {
            var captioned = scenes.Captioned(i);
            var (attributes, read) = (CaptionAttributes.Of(captioned), CaptionReader.Read(captioned.Caption));

            // Of two objects the left or the upper one comes first, whichever is named first.
            var kinds = read.FirstToSecond is Relation.RightOf or Relation.Below ? read.Kinds.Reverse().ToArray() : [.. read.Kinds];
            Assert.Equal(read.FirstToSecond switch { null => 0, Relation.LeftOf or Relation.RightOf => 1, _ => 2 }, attributes[0]);
            Assert.Equal(((int)kinds[0].Colour, (int)kinds[0].Shape), (attributes[1], attributes[2]));
            Assert.Equal(kinds.Length > 1 ? ((int)kinds[1].Colour, (int)kinds[1].Shape) : (8, 8), (attributes[4], attributes[5]));
            Assert.Equal((int?)read.Background ?? CaptionAttributes.Choices[7] - 1, attributes[7]);
            Assert.Equal((int?)read.Place ?? CaptionAttributes.Choices[8] - 1, attributes[8]);
            Assert.Equal(((int)read.Kinds[0].Colour, (int)read.Kinds[0].Shape), (attributes[9], attributes[10]));
            Assert.All(attributes.Zip(CaptionAttributes.Choices), pair => Assert.InRange(pair.First, 0, pair.Second - 1));
        }
    }

    [Fact]
    public void Of_Captions_TakeEveryValueThereIs()
    {
        var scenes = new SceneSource(6, SceneSplit.Training, 2);
        var seen = Enumerable.Range(0, 3000).Select(i => CaptionAttributes.Of(scenes.Captioned(i))).ToList();

        Assert.Equal(CaptionAttributes.Choices, Enumerable.Range(0, CaptionAttributes.Choices.Count).Select(i => seen.Select(values => values[i]).Distinct().Count()));
    }
}
