using Atelier.Dashboard.Models;

namespace Atelier.Dashboard.Tests.Models;

public sealed class EvaluationFileTests
{
    [Fact]
    public void Parse_FindsColumnsByTheirNames_AndOrdersByGuidance()
    {
        var results = EvaluationFile.Parse(
            "guidance,other,one_object,one_object_low,one_object_high,two_objects,two_objects_low,two_objects_high,diversity\n3,x,0.9,0.8,0.95,0.5,0.4,0.6,0.2\n1,x,0.4,0.3,0.5,0.1,0,0.2,0.3\n");
        Assert.Equal([new GuidanceResult(1, new(0.4, 0.3, 0.5), new(0.1, 0, 0.2), 0.3), new GuidanceResult(3, new(0.9, 0.8, 0.95), new(0.5, 0.4, 0.6), 0.2)], results);
    }

    [Theory]
    [InlineData("")]
    [InlineData("guidance,diversity\n1,2\n")]
    [InlineData("guidance,one_object,one_object_low,one_object_high,two_objects,two_objects_low,two_objects_high,diversity\nNaN,1,1,1,1,1,1,1\n1,a\n")]
    public void Parse_WhatIsNotUnderstood_IsLeftOut(string table) => Assert.Empty(EvaluationFile.Parse(table));
}
