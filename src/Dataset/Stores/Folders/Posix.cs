using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Atelier.Dataset.Stores.Folders;

/// <summary>The two calls of POSIX that a crash-safe folder needs and .NET does not have.</summary>
internal static partial class Posix
{
    // The same numbers on Linux and macOS.
    private const int NoSuchFile = 2;
    private const int AlreadyExists = 17;
    private const int ReadOnly = 0;

    /// <summary>Gives a file a second name.</summary>
    /// <returns>False when that name is taken.</returns>
    public static bool TryLink(string existing, string name)
    {
        if (link(existing, name) == 0)
            return true;
        return Marshal.GetLastPInvokeError() switch
        {
            AlreadyExists => false,
            NoSuchFile => throw new FileNotFoundException($"There is no file '{existing}' to link to.", existing),
            var error => throw Failed("link", name, error),
        };
    }

    /// <summary>Returns when the names in a folder would survive a power cut.</summary>
    public static void FlushFolder(string folder)
    {
        var closeOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;
        var descriptor = open(folder, ReadOnly | closeOnExec);
        if (descriptor < 0)
            throw Failed("open", folder, Marshal.GetLastPInvokeError());
        try
        {
            if (fsync(descriptor) != 0)
                throw Failed("fsync", folder, Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Failed(string call, string path, int error) =>
        new($"{new Win32Exception(error).Message} ({call}, '{path}').", error);

#pragma warning disable IDE1006 // The names are libc's.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
#pragma warning restore IDE1006
}
