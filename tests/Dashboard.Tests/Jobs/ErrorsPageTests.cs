using Atelier.Abstractions.Workers;
using Atelier.Dashboard.Jobs;

namespace Atelier.Dashboard.Tests.Jobs;

public sealed class ErrorsPageTests
{
    [Theory]
    [InlineData(WorkKind.Close, "closing")]
    [InlineData(WorkKind.Index, "the index of row ids")]
    [InlineData(WorkKind.Promote, "promoting")]
    public void Work_IsNamedByWhatItIs(WorkKind kind, string name) => Assert.Equal(name, Errors.Name(kind));
}
