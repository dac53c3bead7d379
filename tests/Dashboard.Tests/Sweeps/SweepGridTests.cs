using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dashboard.Sweeps;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Atelier.Dashboard.Tests.Sweeps;

public sealed class SweepGridTests
{
    private static readonly JobSpec Spec = new() { Model = "shapes", ModelDigest = new string('a', 64), GuidanceScale = 3 };

    [Fact]
    public void Axes_AreThoseThatVary_AndNumbersStandInTheirOrder()
    {
        var grid = Of("", Row(0, 10), Row(1, 2), Row(2, null), Row(3, 2, negative: "fog"), Row(4, 10, negative: "fog"), Row(5, null, negative: "fog"));
        Assert.Equal(("guidance", "negative"), (grid.X.Name, grid.Y.Name));
        Assert.Equal(["2", "3", "10"], grid.Columns);
        Assert.Equal(["fog", "none"], grid.Rows);
        Assert.Equal(4, grid.Cells[("10", "fog")].Number);
        Assert.True(grid.HasOneSeed);
        Assert.Empty(grid.Others);
    }

    [Theory]
    [InlineData("?x=steps&y=guidance", "steps", "guidance")]
    [InlineData("?x=guidance&y=guidance", "guidance", "negative")]
    [InlineData("?x=nonsense&y=sampler", "guidance", "sampler")]
    public void Axes_AreTheOnesThatAreAskedFor_IfThereAreSuch(string address, string x, string y)
    {
        var grid = Of(address, Row(0, 1), Row(1, 2));
        Assert.Equal((x, y), (grid.X.Name, grid.Y.Name));
    }

    [Fact]
    public void OtherAxes_ShowTheValueOfTheMarkedRow_OrTheOneThatIsAskedFor()
    {
        PromptRow[] rows = [Row(0, 1, seed: 8), Row(1, 2, seed: 8), Row(2, 1, seed: 9), Row(3, 2, seed: 9)];
        var own = Of("?x=guidance&y=steps&row=2", rows);
        Assert.Equal(("seed", "9"), (Assert.Single(own.Others).Axis.Name, own.Others[0].Chosen));
        Assert.Equal([2L, 3L], own.Cells.Values.Select(cell => cell.Number).Order());
        Assert.Equal([0L, 1L], Of("?x=guidance&y=steps&row=2&seed=8", rows).Cells.Values.Select(cell => cell.Number).Order());
        Assert.Equal("9", Of("?x=guidance&y=steps&row=2&seed=77", rows).Others[0].Chosen);
    }

    [Fact]
    public void ImagesOfARow_AreAnAxisToo()
    {
        var grid = SweepGrid.Of(Query("?y=steps"), Spec, [Row(4, 1)], imagesPerPrompt: 3);
        Assert.Equal(("image", "steps"), (grid.X.Name, grid.Y.Name));
        Assert.Equal([12L, 13L, 14L], grid.Columns.Select(column => grid.Cells[(column, "30")].Number));
        Assert.False(grid.HasOneSeed);
    }

    [Fact]
    public void RowsWithoutASeed_DifferInTheirNoise() => Assert.False(Of("", Row(0, 1, seed: null), Row(1, 2, seed: null)).HasOneSeed);

    private static SweepGrid Of(string address, params PromptRow[] rows) => SweepGrid.Of(Query(address), Spec, rows, imagesPerPrompt: 1);

    private static SweepQuery Query(string address) => SweepQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(address)));

    private static PromptRow Row(long index, double? guidance, string? negative = null, ulong? seed = 7) =>
        new() { Index = index, Prompt = "a red circle", GuidanceScale = guidance, NegativePrompt = negative, Seed = seed };
}
