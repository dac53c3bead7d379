using System.Security.Cryptography;
using Atelier.Diffusion.Models;

namespace Atelier.Diffusion.Tests.Models;

public sealed class FileDigestsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_AFileThatHasNotChanged_IsNotReadAgain()
    {
        var (file, digest) = Settled("weights", 1);
        Assert.Equal(digest, FileDigests.Of(file, keptFrom: 0));

        // Other bytes of the same length and time: what tells the two apart is only in the file.
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllBytes(file, [2, 2, 2]);
        File.SetLastWriteTimeUtc(file, time);
        Assert.Equal(digest, FileDigests.Of(file, keptFrom: 0));
        Assert.NotEqual(digest, FileDigests.Of(file, keptFrom: long.MaxValue));
    }

    [Fact]
    public void Of_AFileThatHasChanged_IsThatOfItsBytes()
    {
        var (file, digest) = Settled("weights", 1);
        Assert.Equal(digest, FileDigests.Of(file, keptFrom: 0));

        File.WriteAllBytes(file, [2, 2, 2]);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([2, 2, 2])), FileDigests.Of(file, keptFrom: 0));
    }

    [Fact]
    public void Of_ALink_IsThatOfTheFileItLeadsTo()
    {
        var (file, digest) = Settled("blob", 3);
        var link = Path.Combine(_folder.FullName, "link");
        File.CreateSymbolicLink(link, file);

        Assert.Equal(digest, FileDigests.Of(link, keptFrom: 0));
        var (_, other) = Settled("blob", 4);
        Assert.Equal(other, FileDigests.Of(link, keptFrom: 0));
    }

    // Of a time that no other run of these tests has used.
    private (string File, string Digest) Settled(string name, byte value)
    {
        var file = Path.Combine(_folder.FullName, name);
        byte[] content = [value, value, value];
        File.WriteAllBytes(file, content);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
        return (file, Convert.ToHexStringLower(SHA256.HashData(content)));
    }
}
