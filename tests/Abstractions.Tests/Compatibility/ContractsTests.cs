namespace Atelier.Abstractions.Tests.Compatibility;

/// <summary>
/// Contracts.txt lists what silos and clients of the last release know. Lines may be added. One that changes or goes makes them misunderstand each other, so that
/// a release without it cannot be rolled out silo by silo.
/// </summary>
public sealed class ContractsTests
{
    private static readonly string[] Listed = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Compatibility", "Contracts.txt"));

    [Fact]
    public void Contracts_OfTheLastRelease_AreAllKept() => Assert.Empty(Listed.Except(Contracts.Lines()));

    [Fact]
    public void Contracts_AreAllListed()
    {
        var added = Contracts.Lines().Except(Listed).ToList();
        Assert.True(added.Count == 0, $"add to Contracts.txt:\n{string.Join('\n', added)}\n");
    }

    [Fact]
    public void Numbers_AreUsedOnceInAType() =>
        Assert.DoesNotContain(
            Contracts.Lines().Where(line => line.StartsWith("atelier.", StringComparison.Ordinal) && char.IsDigit(line.Split(' ')[1][0])).CountBy(line => string.Join(' ', line.Split(' ')[..2])),
            counted => counted.Value > 1);
}
