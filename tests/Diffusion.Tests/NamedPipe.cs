using System.Diagnostics;

namespace Atelier.Diffusion.Tests;

/// <summary>A file that waits for a writer for ever.</summary>
internal static class NamedPipe
{
    /// <summary>Puts one in a file's place.</summary>
    public static void Replace(string path)
    {
        File.Delete(path);
        using var process = Process.Start("mkfifo", path);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
