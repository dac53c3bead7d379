using System.Diagnostics;
using Xunit;

namespace Atelier.Input.Tests;

public sealed class RegularFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("atelier-input-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ReadAllBytes_AFileOfExactlyTheLimit_IsRead()
    {
        var path = Write("a", [1, 2, 3]);
        Assert.Equal([1, 2, 3], RegularFile.ReadAllBytes(path, 3));
    }

    [Fact]
    public void ReadAllBytes_AFileOverTheLimit_IsRefusedWithItsLength()
    {
        var path = Write("a", [1, 2, 3]);
        Assert.Equal($"{path} has 3 bytes; allowed: at most 2 bytes", Assert.Throws<InvalidDataException>(() => RegularFile.ReadAllBytes(path, 2)).Message);
    }

    [Fact]
    public void OpenRead_ANamedPipe_IsRefusedAtOnce()
    {
        var pipe = Path.Combine(_folder, "pipe");
        Run("mkfifo", pipe);
        Assert.Equal($"{pipe} is a named pipe; allowed: a regular file", Assert.Throws<InvalidDataException>(() => RegularFile.OpenRead(pipe)).Message);
    }

    [Fact]
    public void OpenRead_ALinkToADevice_IsRefused()
    {
        var link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, "/dev/zero");
        Assert.Contains("is a device", Assert.Throws<InvalidDataException>(() => RegularFile.OpenRead(link)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenRead_AFolder_IsRefused() =>
        Assert.Contains("is a folder", Assert.Throws<InvalidDataException>(() => RegularFile.OpenRead(_folder)).Message, StringComparison.Ordinal);

    [Fact]
    public void OpenRead_NoFile_IsNotFound() => Assert.Throws<FileNotFoundException>(() => RegularFile.OpenRead(Path.Combine(_folder, "none")));

    [Fact]
    public void ReadToEnd_AnEndlessStream_StopsAtTheLimit()
    {
        using var endless = new EndlessStream();
        Assert.Throws<InvalidDataException>(() => RegularFile.ReadToEnd(endless, "endless", 1_000_000));
        Assert.InRange(endless.BytesRead, 1_000_000, 1_200_000);
    }

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static void Run(string command, string argument)
    {
        using var process = Process.Start(command, argument);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private sealed class EndlessStream : Stream
    {
        public long BytesRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            BytesRead += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
