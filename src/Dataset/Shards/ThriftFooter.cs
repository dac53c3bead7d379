namespace Atelier.Dataset.Shards;

/// <summary>
/// Looks whether bytes are one whole structure of Thrift's compact protocol (thrift-compact-protocol.md of Apache Thrift), which describes a parquet file. It knows nothing of what is
/// in it: the library that does never ends where the bytes end too early.
/// </summary>
internal ref struct ThriftFooter
{
    // A file's description has five levels.
    private const int MaxDepth = 16;

    private ReadOnlySpan<byte> _left;

    private ThriftFooter(ReadOnlySpan<byte> content) => _left = content;

    /// <summary>Whether there is such a structure at the beginning of some bytes.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> content) => new ThriftFooter(content).SkipStructure(0);

    private bool SkipStructure(int depth)
    {
        if (depth > MaxDepth) return false;
        while (TryRead(out var header))
        {
            if (header == 0) return true;
            // The number of the field is in four bits, or in a number of its own.
            if (header >> 4 == 0 && !TryReadNumber(out _)) return false;
            // Of a field that is true or false, the type is the value.
            if ((header & 15) is not (1 or 2) && !Skip(header & 15, depth)) return false;
        }
        return false;
    }

    private bool Skip(int type, int depth) => type switch
    {
        1 or 2 or 3 => SkipBytes(1),
        4 or 5 or 6 => TryReadNumber(out _),
        7 => SkipBytes(8),
        8 => TryReadNumber(out var length) && SkipBytes(length),
        9 or 10 => TryRead(out var header) && (header >> 4 < 15 ? SkipAll((ulong)header >> 4, header & 15, depth) : TryReadNumber(out var count) && SkipAll(count, header & 15, depth)),
        12 => SkipStructure(depth + 1),
        // A description has no maps.
        _ => false,
    };

    private bool SkipAll(ulong count, int type, int depth)
    {
        if (depth >= MaxDepth || count > (ulong)_left.Length) return false;
        for (; count > 0; count--)
            if (!Skip(type, depth + 1)) return false;
        return true;
    }

    private bool SkipBytes(ulong count)
    {
        if (count > (ulong)_left.Length) return false;
        _left = _left[(int)count..];
        return true;
    }

    private bool TryRead(out byte value)
    {
        value = _left.IsEmpty ? default : _left[0];
        return SkipBytes(1);
    }

    private bool TryReadNumber(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!TryRead(out var part)) return false;
            value |= (ulong)(part & 127) << shift;
            if (part < 128) return true;
        }
        return false;
    }
}
