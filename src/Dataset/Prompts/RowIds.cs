using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Atelier.Dataset.Prompts;

/// <summary>Finds an id used twice. Keeps 128 bits of the SHA-256 of each: of a billion ids, two are mixed up with probability 1e-21.</summary>
internal sealed class RowIds(string path)
{
    private readonly Dictionary<(ulong, ulong), long> _lines = [];

    public void Add(string id, long line)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        var key = (BinaryPrimitives.ReadUInt64LittleEndian(hash), BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]));
        if (!_lines.TryAdd(key, line))
            throw PromptFields.Invalid($"{path} line {line}", $"the id {PromptFields.Show(id)} is also that of line {_lines[key]}; ids must differ");
    }
}
