using Microsoft.Win32.SafeHandles;

namespace Atelier.Cli;

/// <summary>
/// Standard output as a file: what cannot be written there is given up, with one line on standard error, and the work goes on. .NET's own stream says
/// nothing where the reader has gone away, so that whoever prints for a reader alone would never know.
/// </summary>
internal sealed class StandardOutput : Stream
{
    private const int BrokenPipe = 32;
    private static readonly CancellationTokenSource Reader = new();
    private readonly Stream _file = Open();
    private bool _isLost;

    /// <summary>Cancelled when the reader of a pipe has gone away.</summary>
    public static CancellationToken ReaderGone => Reader.Token;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Puts it in the place of the console's; on Windows consoles are no files, and stay as they are.</summary>
    public static void Take()
    {
        if (!OperatingSystem.IsWindows()) Console.SetOut(new StreamWriter(new StandardOutput(), Console.OutputEncoding) { AutoFlush = true });
    }

    // In a file a FileStream writes at a place of its own, and whatever prints there next would overwrite it; a file has no reader who could go away.
    private static Stream Open()
    {
        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.OpenStandardOutput() : stream;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_isLost) return;
        try
        {
            _file.Write(buffer);
        }
        catch (IOException lost)
        {
            _isLost = true;
            if ((lost.HResult & 0xFFFF) == BrokenPipe) Reader.Cancel();
            else Console.Error.WriteLine($"Standard output cannot be written, the work goes on without it: {lost.Message}");
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }
}
