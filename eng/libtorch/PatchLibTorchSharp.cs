using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of libLibTorchSharp.so that loads with a libstdc++ older than GLIBCXX_3.4.32 (Debian 12, Ubuntu 22.04).
/// The library needs that version for one import, _ZSt21ios_base_library_initv, whose only effect is to initialise iostreams; an older
/// libstdc++ does so by itself. The copy imports another function without arguments in its place and no longer asks for the version.
/// Fails, naming what it did not find, when the file is not laid out as expected.
/// </summary>
public sealed class PatchLibTorchSharp : Task
{
    private const string UnavailableSymbol = "_ZSt21ios_base_library_initv";
    private const string HarmlessSymbol = "_ZN2at15get_num_threadsEv";
    private const string UnavailableVersion = "GLIBCXX_3.4.32";

    [Required]
    public string Source { get; set; }

    [Required]
    public string Destination { get; set; }

    public override bool Execute()
    {
        if (File.Exists(Destination) && File.GetLastWriteTimeUtc(Destination) >= File.GetLastWriteTimeUtc(Source)) return true;
        try
        {
            var patched = Patch(File.ReadAllBytes(Source));
            Directory.CreateDirectory(Path.GetDirectoryName(Destination));
            // Parallel project builds may both get here: each writes its own file and the last rename wins with the same bytes.
            var temporary = Destination + "." + Guid.NewGuid().ToString("N");
            File.WriteAllBytes(temporary, patched);
            if (File.Exists(Destination)) File.Delete(Destination);
            try { File.Move(temporary, Destination); }
            catch (IOException) when (File.Exists(Destination)) { File.Delete(temporary); }
            return true;
        }
        catch (InvalidDataException unexpected)
        {
            Log.LogError("{0} cannot be made to load on an older libstdc++: {1}", Source, unexpected.Message);
            return false;
        }
    }

    private static byte[] Patch(byte[] file)
    {
        if (file.Length < 64 || file[0] != 0x7F || file[1] != 'E' || file[4] != 2 || file[5] != 1)
            throw new InvalidDataException("it is not a 64-bit little-endian ELF file");

        var sections = Sections(file);
        if (!sections.ContainsKey(".gnu.version_r")) throw new InvalidDataException("it has no section .gnu.version_r");
        if (!NeedsVersion(file, sections, out var previous, out var entry, out var need)) return file;

        var symbols = Need(sections, ".dynsym");
        var strings = Need(sections, ".dynstr");
        var versions = Need(sections, ".gnu.version");
        long unavailable = -1, harmless = -1;
        for (long i = 0; i < symbols.Size / 24; i++)
        {
            var name = Text(file, strings.Offset + BitConverter.ToUInt32(file, (int)(symbols.Offset + i * 24)));
            if (name == UnavailableSymbol) unavailable = i;
            else if (name == HarmlessSymbol) harmless = i;
        }
        if (unavailable < 0) throw new InvalidDataException("it does not import " + UnavailableSymbol);
        if (harmless < 0) throw new InvalidDataException("it does not import " + HarmlessSymbol);

        Array.Copy(file, (int)(symbols.Offset + harmless * 24), file, (int)(symbols.Offset + unavailable * 24), 4);
        file[versions.Offset + unavailable * 2] = 1;
        file[versions.Offset + unavailable * 2 + 1] = 0;

        // Unlink the entry: one fewer in the library's count, and its predecessor (or the library's record) skips over it.
        var count = BitConverter.ToUInt16(file, (int)need + 2);
        Write(file, need + 2, BitConverter.GetBytes((ushort)(count - 1)));
        var next = BitConverter.ToUInt32(file, (int)entry + 12);
        if (previous == need) Write(file, need + 8, BitConverter.GetBytes((uint)(entry + next - need)));
        else Write(file, previous + 12, BitConverter.GetBytes(next == 0 ? 0u : (uint)(entry + next - previous)));
        return file;
    }

    // Walks the chain of needed versions: Elf64_Verneed {version, cnt, file, aux, next}, Elf64_Vernaux {hash, flags, other, name, next}.
    private static bool NeedsVersion(
        byte[] file, Dictionary<string, Section> sections, out long previous, out long entry, out long need)
    {
        var strings = Need(sections, ".dynstr");
        need = sections[".gnu.version_r"].Offset;
        while (true)
        {
            previous = need;
            entry = need + BitConverter.ToUInt32(file, (int)need + 8);
            for (var left = BitConverter.ToUInt16(file, (int)need + 2); left > 0; left--)
            {
                if (Text(file, strings.Offset + BitConverter.ToUInt32(file, (int)entry + 8)) == UnavailableVersion) return true;
                previous = entry;
                entry += BitConverter.ToUInt32(file, (int)entry + 12);
            }
            var next = BitConverter.ToUInt32(file, (int)need + 12);
            if (next == 0) return false;
            need += next;
        }
    }

    private static Dictionary<string, Section> Sections(byte[] file)
    {
        var table = BitConverter.ToInt64(file, 0x28);
        int size = BitConverter.ToUInt16(file, 0x3A), count = BitConverter.ToUInt16(file, 0x3C), names = BitConverter.ToUInt16(file, 0x3E);
        var namesOffset = BitConverter.ToInt64(file, (int)(table + names * size + 24));
        var sections = new Dictionary<string, Section>();
        for (var i = 0; i < count; i++)
        {
            var header = (int)(table + i * size);
            sections[Text(file, namesOffset + BitConverter.ToUInt32(file, header))] =
                new Section { Offset = BitConverter.ToInt64(file, header + 24), Size = BitConverter.ToInt64(file, header + 32) };
        }
        return sections;
    }

    private static Section Need(Dictionary<string, Section> sections, string name) =>
        sections.TryGetValue(name, out var section) ? section : throw new InvalidDataException("it has no section " + name);

    private static string Text(byte[] file, long offset)
    {
        var end = Array.IndexOf(file, (byte)0, (int)offset);
        return Encoding.ASCII.GetString(file, (int)offset, end - (int)offset);
    }

    private static void Write(byte[] file, long offset, byte[] bytes) => Array.Copy(bytes, 0, file, (int)offset, bytes.Length);

    private struct Section
    {
        public long Offset;
        public long Size;
    }
}
