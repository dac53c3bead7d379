using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Atelier.Dataset.RowIds;

/// <summary>A row that has an id, as the index has it.</summary>
/// <param name="Hash">Hash of the id.</param>
/// <param name="Row">Zero-based number of the row.</param>
internal readonly record struct RowIdEntry(UInt128 Hash, long Row) : IComparable<RowIdEntry>
{
    /// <summary>Bytes of an entry: its hash and its row, both with the greatest byte first, so that entries are in order as their bytes are.</summary>
    public const int Bytes = 24;

    /// <summary>Files of an index, one for each first byte of a hash.</summary>
    public const int Buckets = 256;

    /// <summary>The first 128 bits of the SHA-256 of an id in UTF-8.</summary>
    public static UInt128 HashOf(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>The file that a hash belongs to.</summary>
    public static int BucketOf(UInt128 hash) => (int)(hash >> 120);

    /// <summary>Reads an entry.</summary>
    public static RowIdEntry Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[16..]));

    /// <summary>Writes the entry.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Hash);
        BinaryPrimitives.WriteInt64BigEndian(bytes[16..], Row);
    }

    public int CompareTo(RowIdEntry other) => Hash != other.Hash ? Hash.CompareTo(other.Hash) : Row.CompareTo(other.Row);
}
