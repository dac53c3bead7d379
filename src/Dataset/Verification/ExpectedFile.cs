using System.Globalization;

namespace Atelier.Dataset.Verification;

/// <summary>Compares a file with what it should hold, piece by piece, and remembers the line in which they first differ.</summary>
/// <param name="file">The file; disposed with this.</param>
internal sealed class ExpectedFile(Stream file) : IAsyncDisposable
{
    private byte[] _buffer = [];
    private long _line = 1;
    private bool _differs;

    /// <summary>Compares what comes next.</summary>
    public async Task CompareAsync(ReadOnlyMemory<byte> expected, CancellationToken cancellationToken)
    {
        if (_differs) return;
        if (_buffer.Length < expected.Length) _buffer = new byte[expected.Length];
        var read = await file.ReadAtLeastAsync(_buffer.AsMemory(0, expected.Length), expected.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var same = expected.Span.CommonPrefixLength(_buffer.AsSpan(0, read));
        _line += expected.Span[..same].Count((byte)'\n');
        _differs = same < expected.Length;
    }

    /// <summary>What is wrong with the file once all of it was compared; null when nothing is.</summary>
    public async Task<string?> ConcludeAsync(CancellationToken cancellationToken)
    {
        if (!_differs && await file.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) == 0) return null;
        return string.Create(CultureInfo.InvariantCulture, $"differs in line {_line} from what the rest of the job makes it");
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
