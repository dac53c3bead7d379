using System.ComponentModel;
using Xunit;

namespace Atelier.Input.Tests;

public sealed class ContentBoundaryTests
{
    public static TheoryData<Exception> FromContent =>
    [
        new OverflowException("reason"), new FormatException("reason"), new InvalidOperationException("reason"), new Win32Exception("reason"),
        new EndOfStreamException("reason"), new IOException("reason"), new ArgumentException("reason"), new KeyNotFoundException("reason"),
        new NotSupportedException("reason"), new InvalidDataException("reason"),
    ];

    [Theory]
    [MemberData(nameof(FromContent))]
    public void Read_WhateverALibraryThrows_RefusesTheFile(Exception damage) =>
        Assert.Equal("a.bin is damaged: reason", Assert.Throws<InvalidDataException>(() => Read(damage)).Message);

    [Fact]
    public void Read_ARefusalThatNamesTheFile_IsLeftAsItIs()
    {
        var refusal = new InvalidDataException("a.bin has no end");

        Assert.Same(refusal, Assert.Throws<InvalidDataException>(() => Read(refusal)));
    }

    public static TheoryData<Exception> NoDamage =>
        [new FileNotFoundException(), new DirectoryNotFoundException(), new UnauthorizedAccessException(), new OperationCanceledException(), new InsufficientMemoryException()];

    [Theory]
    [MemberData(nameof(NoDamage))]
    public void Read_WhatIsNoDamage_IsLeftAsItIs(Exception trouble) => Assert.Same(trouble, Assert.ThrowsAny<Exception>(() => Read(trouble)));

    [Fact]
    public void Read_AReasonOfAStrangersWords_IsCutAndCleaned()
    {
        var message = Assert.Throws<InvalidDataException>(() => Read(new FormatException("\u001b[2J" + new string('a', 1_000_000)))).Message;

        Assert.Equal($"a.bin is damaged: \uFFFD[2J{new string('a', 296)}...", message);
    }

    [Fact]
    public void Read_WhatGoesWell_IsTheResult() => Assert.Equal(3, ContentBoundary.Read("a.bin", "is damaged", () => 3));

    private static int Read(Exception exception) => ContentBoundary.Read<int>("a.bin", "is damaged", () => throw exception);
}
