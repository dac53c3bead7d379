using Atelier.Abstractions;

namespace Atelier.Cli.Jobs;

/// <summary>
/// A prompt list from standard input. It is read twice, to find what is wrong before any work starts and then to be staged, so it is kept in a file of
/// the user's until it is disposed.
/// </summary>
internal sealed class PipedList : IDisposable
{
    /// <summary>What stands for standard input in the place of a path.</summary>
    public const string Name = "-";

    private readonly DirectoryInfo _folder;

    private PipedList(DirectoryInfo folder, string extension) =>
        (_folder, Path) = (folder, System.IO.Path.Combine(folder.FullName, $"standard-input{extension}"));

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Reads standard input to its end.</summary>
    /// <param name="extension">Ending of the names of lists of its format, such as <c>.jsonl</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">Nothing is piped: it is a terminal.</exception>
    public static async Task<PipedList> ReadAsync(string extension, CancellationToken cancellationToken)
    {
        if (!Console.IsInputRedirected) throw new InvalidInputException("the prompt list is to be read from standard input, which is a terminal; pipe a list into the command, or give a file");
        var list = new PipedList(Directory.CreateTempSubdirectory("atelier-list-"), extension);
        try
        {
            await using var input = Console.OpenStandardInput();
            await using var file = File.Create(list.Path);
            // What has begun to read a pipe cannot be told to stop; the read is left behind.
            await Task.Run(() => input.CopyToAsync(file, CancellationToken.None), CancellationToken.None).WaitAsync(cancellationToken);
            return list;
        }
        catch
        {
            list.Dispose();
            throw;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
