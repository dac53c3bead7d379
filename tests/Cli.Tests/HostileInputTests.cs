using System.Text;

namespace Atelier.Cli.Tests;

/// <summary>Every file that a command takes is given everything that a stranger might: the answer is a refusal in words, soon and in little memory.</summary>
[Collection(nameof(HostileInputTests))]
[CollectionDefinition(nameof(HostileInputTests), DisableParallelization = true)]
public sealed class HostileInputTests : IDisposable
{
    private const long MaxAllocatedBytes = 512L << 20;
    private const int MaxMessage = 4200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Names of what <see cref="Make"/> makes.</summary>
    public static TheoryData<string> Inputs { get; } =
        [.. new[] { "pipe", "device", "folder", "loop", "empty", "zeros", "noise", "long line", "half surrogate", "deep json", "escape codes", "zip claim", "pickle", "safetensors claim", "tar claim", "png claim", "sparse" }];

    [Theory]
    [MemberData(nameof(Inputs))]
    public async Task EveryCommand_GivenAHostileFile_RefusesItInWords(string input)
    {
        var model = TinyModel.Write(_folder["model"]);
        var prompts = Path.Combine(_folder.Path, "good.txt");
        await File.WriteAllTextAsync(prompts, "a red circle\n", TestContext.Current.CancellationToken);
        foreach (var (name, arguments) in Commands(input, model, prompts))
        {
            var before = GC.GetTotalAllocatedBytes();
            var (exitCode, output, error) = await CommandLine.RunAsync([.. arguments]).WaitAsync(Patience, TestContext.Current.CancellationToken);
            var allocated = GC.GetTotalAllocatedBytes() - before;

            var said = $"{name} of {input}: {exitCode}\n{output}{error}";
            Assert.True(exitCode is 1 or 2, said);
            Assert.True(error.Length is > 0 and <= MaxMessage, said);
            Assert.DoesNotContain(error, character => char.IsControl(character) && character is not ('\n' or '\t'));
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
            Assert.True(allocated <= MaxAllocatedBytes, $"{allocated >> 20} MiB for {said}");
        }
    }

    private IEnumerable<(string Name, string[] Arguments)> Commands(string input, string model, string prompts)
    {
        // Any text is a prompt.
        var isText = input is "half surrogate" or "deep json" or "escape codes";
        foreach (var extension in isText ? [".jsonl", ".csv"] : new[] { ".txt", ".jsonl", ".csv" })
            yield return ("prompts", ["run", Make(input, $"list{extension}"), "--out", Path.Combine(_folder.Path, "out"), "--model", model]);

        foreach (var file in new[] { "model.json", "model.safetensors", Path.Combine("tokenizer", "encoder.json"), Path.Combine("tokenizer", "vocab.bpe") })
        {
            var damaged = ModelWith(model, file, input);
            yield return ($"{file} of run", ["run", prompts, "--out", Path.Combine(_folder.Path, "out"), "--model", damaged]);
            yield return ($"{file} of evaluate", ["evaluate", damaged, "--samples", "1", "--steps", "1", "--out", Path.Combine(_folder.Path, "evaluation")]);
        }
        foreach (var file in new[] { "weights.pt", "weights.safetensors" })
        {
            yield return ("import", ["models", "import", "--kind", "glide", "--base", Make(input, file), "--config", Path.Combine(model, "model.json"),
                "--vocab", Path.Combine(model, "tokenizer"), "--out", Path.Combine(_folder.Path, "imported")]);
        }
        yield return ("tar", ["train", model, "--data", Make(input, "data.tar"), "--out", Path.Combine(_folder.Path, "run"), "--steps", "1", "--batch", "1"]);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "images"));
        File.WriteAllText(Path.Combine(_folder.Path, "images", "a.txt"), "a red circle");
        if (input is not ("folder" or "loop")) yield return ("image", ["train", model, "--data", Path.GetDirectoryName(Make(input, Path.Combine("images", "a.png")))!, "--out", Path.Combine(_folder.Path, "run"), "--steps", "1", "--batch", "1"]);
    }

    // A copy of a model folder, made of links but for one file.
    private string ModelWith(string model, string file, string input)
    {
        var copy = Path.Combine(_folder.Path, $"model-{Path.GetFileName(file)}");
        foreach (var path in Directory.EnumerateFiles(model, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(model, path);
            if (relative == file) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, relative))!);
            File.Copy(path, Path.Combine(copy, relative), overwrite: true);
        }
        Make(input, Path.GetRelativePath(_folder.Path, Path.Combine(copy, file)));
        return copy;
    }

    private string Make(string input, string name)
    {
        var path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Directory.Exists(path)) return path;
        File.Delete(path);
        switch (input)
        {
            case "pipe": System.Diagnostics.Process.Start("mkfifo", [path]).WaitForExit(); break;
            case "device": File.CreateSymbolicLink(path, "/dev/zero"); break;
            case "folder": Directory.CreateDirectory(path); break;
            case "loop": File.CreateSymbolicLink(path, path); break;
            case "sparse": using (var file = File.Create(path)) file.SetLength(1L << 40); break;
            default: File.WriteAllBytes(path, Content(input)); break;
        }
        return path;
    }

    private static byte[] Content(string input) => input switch
    {
        "empty" => [],
        "zeros" => new byte[100_000],
        "noise" => Noise(),
        "long line" => Encoding.UTF8.GetBytes(new string('a', 9 << 20)),
        "half surrogate" => Encoding.UTF8.GetBytes("{\"kind\":\"\\ud800\",\"prompt\":\"\\udc00\"}\n"),
        "deep json" => Encoding.UTF8.GetBytes(new string('[', 100_000)),
        "escape codes" => Encoding.UTF8.GetBytes("{\"\u001b]0;title\u0007\u001b[31m\u202E\": 1}\n"),
        // An end of central directory of zip64 that claims four million entries at an offset beyond the file.
        "zip claim" => [.. "PK\u0006\u0006"u8, .. BitConverter.GetBytes(44L), 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(4_000_000L), .. BitConverter.GetBytes(4_000_000L),
            .. BitConverter.GetBytes(1L << 42), .. BitConverter.GetBytes(1L << 43), .. "PK\u0006\u0007"u8, 0, 0, 0, 0, .. BitConverter.GetBytes(0L), 1, 0, 0, 0,
            .. "PK\u0005\u0006"u8, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0],
        // A protocol 2 pickle that calls os.system.
        "pickle" => [0x80, 2, .. "cposix\nsystem\nX\u0004\0\0\0true\u0085R."u8],
        "safetensors claim" => [.. BitConverter.GetBytes(1L << 62), .. "{}"u8],
        "tar claim" => TarClaim(),
        // A PNG header of 2,000,000,000 pixels a side.
        "png claim" => [0x89, .. "PNG\r\n\u001a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, 0x77, 0x35, 0x94, 0, 0x77, 0x35, 0x94, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0],
        _ => throw new ArgumentOutOfRangeException(nameof(input), input, "not one of the inputs"),
    };

    private static byte[] Noise()
    {
        var noise = new byte[100_000];
        new Random(1).NextBytes(noise);
        return noise;
    }

    // A header whose length is 2^62 in base 256, with a right checksum.
    private static byte[] TarClaim()
    {
        var header = new byte[1024];
        "a.png"u8.CopyTo(header);
        "0000644\0"u8.CopyTo(header.AsSpan(100));
        header[124] = 0x80;
        header[128] = 0x40;
        header[156] = (byte)'0';
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.Take(512).Sum(value => value), 8).PadLeft(6, '0')}\0 ").CopyTo(header.AsSpan(148));
        return header;
    }
}
