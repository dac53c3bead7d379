using System.Diagnostics;

namespace Atelier.Dataset.Tests;

/// <summary>A file that nobody ever writes to: who opens it waits for ever.</summary>
internal static class NamedPipe
{
    public static string Make(string path)
    {
        using var made = Process.Start("mkfifo", path);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
        return path;
    }
}
