using System.Text;

namespace Atelier.Dataset.Tests.Captions;

/// <summary>Tar files made by hand, so that they can hold what no writer would write.</summary>
internal sealed class TestTar
{
    private const int Block = 512;

    private readonly List<byte> _content = [];

    /// <summary>Adds an entry whose header says what it is told.</summary>
    /// <param name="name">Name, at most 100 bytes.</param>
    /// <param name="content">Content.</param>
    /// <param name="type">The type flag.</param>
    /// <param name="size">The field of the length, 12 bytes; null for the right one.</param>
    public TestTar Add(string name, byte[] content, char type = '0', byte[]? size = null)
    {
        var header = new byte[Block];
        Encoding.UTF8.GetBytes(name).CopyTo(header, 0);
        "0000644\00000000\00000000\0"u8.CopyTo(header.AsSpan(100));
        (size ?? Octal(content.Length)).CopyTo(header, 124);
        "00000000000\0        "u8.CopyTo(header.AsSpan(136));
        header[156] = (byte)type;
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.Sum(value => value), 8).PadLeft(6, '0')}\0 ").CopyTo(header, 148);
        _content.AddRange(header);
        _content.AddRange(content);
        _content.AddRange(new byte[(Block - content.Length % Block) % Block]);
        return this;
    }

    public TestTar Add(string name, string content) => Add(name, Encoding.UTF8.GetBytes(content));

    /// <summary>The file with the two empty blocks of its end.</summary>
    public byte[] End() => [.. _content, .. new byte[2 * Block]];

    /// <summary>The file without an end.</summary>
    public byte[] Open() => [.. _content];

    public static byte[] Octal(long size) => Encoding.ASCII.GetBytes($"{Convert.ToString(size, 8).PadLeft(11, '0')}\0");
}
