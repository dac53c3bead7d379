using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Tests.Schedules;

public sealed class TimestepRespacingTests
{
    [Fact]
    public void Choose_Empty_KeepsEveryTimestep() => Assert.Equal(Enumerable.Range(0, 10), TimestepRespacing.Choose("", 10));

    [Theory]
    [InlineData("2", new[] { 0, 9 })]
    [InlineData("4", new[] { 0, 3, 6, 9 })]
    [InlineData("1", new[] { 0 })]
    public void Choose_Number_SpreadsThemFromEndToEnd(string specification, int[] expected) =>
        Assert.Equal(expected, TimestepRespacing.Choose(specification, 10));

    [Fact]
    public void Choose_PositionsHalfwayBetweenTimesteps_RoundToEven() => Assert.Equal([0, 2, 5], TimestepRespacing.Choose("3", 6));

    [Fact]
    public void Choose_List_SpreadsEachNumberOverItsSection() => Assert.Equal([0, 4, 5, 7, 9], TimestepRespacing.Choose("2,3", 10));

    [Fact]
    public void Choose_SectionsThatDoNotDivideEvenly_GivesTheFirstOnesMore() => Assert.Equal([0, 3, 4, 7, 8, 10], TimestepRespacing.Choose("2,2,2", 11));

    [Theory]
    [InlineData("ddim5", new[] { 0, 2, 4, 6, 8 })]
    [InlineData("ddim4", new[] { 0, 3, 6, 9 })]
    public void Choose_Ddim_HasOneStride(string specification, int[] expected) =>
        Assert.Equal(expected, TimestepRespacing.Choose(specification, 10));

    [Fact]
    public void Choose_Fast27_IsItsSectionsWithoutTheNoisiestTimestep()
    {
        var sections = TimestepRespacing.Choose("10,10,3,2,2", 1000);

        Assert.Equal(999, sections[^1]);
        Assert.Equal([.. sections[..^1], 997], TimestepRespacing.Choose("fast27", 1000));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("7")]
    [InlineData("250")]
    [InlineData("999")]
    [InlineData("1000")]
    [InlineData("ddim25")]
    [InlineData("fast27")]
    [InlineData("90,60,60,20,20")]
    public void Choose_Anything_AscendsInRangeAndHasTheCountAskedFor(string specification)
    {
        var chosen = TimestepRespacing.Choose(specification, 1000);

        Assert.InRange(chosen[0], 0, 999);
        Assert.InRange(chosen[^1], 0, 999);
        Assert.All(chosen.Zip(chosen.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        var digits = specification.Replace("ddim", "", StringComparison.Ordinal).Replace("fast", "", StringComparison.Ordinal);
        Assert.Equal(digits.Split(',').Sum(int.Parse), chosen.Length);
    }

    [Theory]
    [InlineData("11", "cannot take 11 steps from a section of 10 timesteps")]
    [InlineData("1,6", "cannot take 6 steps from a section of 5 timesteps")]
    [InlineData("ddim7", "no integer stride visits exactly 7 of 10 timesteps")]
    [InlineData("ddim1", "no integer stride visits exactly 1 of 10 timesteps")]
    public void Choose_MoreThanThereIs_IsRefused(string specification, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => TimestepRespacing.Choose(specification, 10)).Message);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1,")]
    [InlineData(" 5")]
    [InlineData("5.0")]
    [InlineData("ddim")]
    [InlineData("ddim-5")]
    [InlineData("slow27")]
    [InlineData("99999999999")]
    public void Choose_NotASpecification_IsRefusedWithTheFormsThatAre(string specification)
    {
        var exception = Assert.Throws<ArgumentException>(() => TimestepRespacing.Choose(specification, 10));

        Assert.StartsWith(
            $"timestep respacing '{specification}' is not a number of steps, a list such as 10,10,3, ddimN or fast27", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_NoTimesteps_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => TimestepRespacing.Choose("1", 0));
}
