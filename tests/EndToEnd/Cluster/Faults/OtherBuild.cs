using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Atelier.EndToEnd.Cluster.Faults;

/// <summary>The built programs under another version: links to what others have made, and copies of our assemblies that say the version.</summary>
internal static class OtherBuild
{
    /// <summary>Makes the folder.</summary>
    /// <param name="folder">A new folder.</param>
    /// <param name="major">The version's first number.</param>
    public static async Task MakeAsync(string folder, ushort major)
    {
        var built = Path.GetDirectoryName(Repository.Cli)!;
        var links = await RunningProcess.RunAsync("cp", "-as", built, folder);
        Assert.True(links.ExitCode == 0, links.Error);
        foreach (var assembly in Directory.GetFiles(built, "Atelier.*.dll"))
        {
            var copy = Path.Combine(folder, Path.GetFileName(assembly));
            File.Delete(copy);
            await File.WriteAllBytesAsync(copy, WithMajor(await File.ReadAllBytesAsync(assembly), major));
        }
    }

    // The row of the assembly (ECMA-335, II.22.2): four bytes of a hash algorithm, then four numbers of two bytes.
    private static byte[] WithMajor(byte[] assembly, ushort major)
    {
        using var reader = new PEReader(new MemoryStream(assembly));
        var row = reader.PEHeaders.MetadataStartOffset + reader.GetMetadataReader().GetTableMetadataOffset(TableIndex.Assembly);
        var changed = assembly.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(changed.AsSpan(row + sizeof(uint)), major);
        return changed;
    }
}
