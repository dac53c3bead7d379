using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Atelier.EndToEnd;

/// <summary>What a run makes of where it is run: names of folders, pipes, full outputs, signals, limits and neighbours.</summary>
public sealed partial class RunSurroundingsTests : IDisposable
{
    private static readonly string[] Small = ["--steps", "1", "--no-upsample", "--workers", "1", "--guidance", "1"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("run-2026-11-27T12:30:00")]
    [InlineData("ends with a dot.")]
    [InlineData("back\\slash")]
    [InlineData("new\nline")]
    public async Task Run_AnyNameOfAFolder_DrawsIntoItAndCanBeVerified(string name)
    {
        var prompts = _folder.Write("prompts.txt", "a red circle\n");

        var run = await RunningProcess.AtelierAsync(["run", prompts, "--out", _folder[name], .. Small]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.True(File.Exists(Path.Combine(_folder[name], "shards", "00000.tar")));
        var verified = await RunningProcess.AtelierAsync("verify", _folder[name]);
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);
        var copied = await RunningProcess.AtelierAsync("download", _folder[name], "--out", _folder["copy:" + name.Length]);
        Assert.True(copied.ExitCode == 0, copied.Error);
    }

    [Fact]
    public async Task Output_IntoAFileThatOthersWriteToo_StaysThere()
    {
        var both = _folder["both.txt"];
        var written = await RunningProcess.RunAsync("bash", "-c", $"{{ dotnet {Repository.Cli} --version; echo after; }} > {both}");
        Assert.True(written.ExitCode == 0, written.Error);
        Assert.Equal("after", Assert.Single(File.ReadAllLines(both).Skip(1)));
    }

    [Fact]
    public async Task Run_AListFromAPipe_IsDrawn()
    {
        const string Piped = "printf '{\"prompt\": \"a red circle\"}\\n{\"prompt\": \"a blue star\"}\\n' | exec dotnet \"$@\"";
        var run = await RunningProcess.RunAsync("bash", ["-c", Piped, "-", Repository.Cli, "run", "-", "--list-format", "jsonl", "--out", _folder["out"], .. Small]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("(2 images, 0 failed)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ABadLineFromAPipe_IsRefusedWithItsNumber()
    {
        const string Piped = "printf 'a red circle\\n\\377\\n' | exec dotnet \"$@\"";
        var run = await RunningProcess.RunAsync("bash", ["-c", Piped, "-", Repository.Cli, "run", "-", "--out", _folder["out"], .. Small]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("standard-input.txt line 2: byte 0xFF", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task Run_OutputThatCannotBeWritten_DrawsAllTheSame()
    {
        var prompts = _folder.Write("prompts.txt", "a red circle\n");
        var run = await RunningProcess.RunAsync("bash", ["-c", "exec dotnet \"$@\" > /dev/full", "-", Repository.Cli, "run", prompts, "--out", _folder["out"], .. Small]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.StartsWith("Standard output cannot be written, the work goes on without it: ", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder["out"], "shards", "00000.tar")));
    }

    [Fact]
    public async Task Run_Terminated_StopsInGoodOrderWithTheCodeOfTheSignal()
    {
        var prompts = _folder.Write("prompts.txt", string.Concat(Enumerable.Repeat("a red circle\n", 64)));
        using var run = RunningProcess.Atelier("run", prompts, "--out", _folder["out"], "--workers", "1", "--batch", "2", "--shard-size", "4");
        await run.UntilFilesAsync(Path.Combine(_folder["out"], "prompts"), "*.jsonl", 1);
        run.Signal("TERM");

        Assert.Equal(143, await run.ExitCodeAsync());
        Assert.Contains("the same command goes on from there", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(200)]
    public async Task Run_WithTooFewDescriptors_SaysHowManyAreNeeded(int descriptors)
    {
        var prompts = _folder.Write("prompts.txt", "a red circle\n");
        var run = await RunningProcess.RunAsync("bash", ["-c", $"ulimit -n {descriptors}; exec dotnet \"$@\"", "-", Repository.Cli, "run", prompts, "--out", _folder["out"], .. Small]);

        Assert.Equal(2, run.ExitCode);
        Assert.Matches($"^only {descriptors} files may be open at a time; at least \\d+ are needed: raise the limit with ulimit -n \\d+\\s*$", run.Error);
    }

    [Fact]
    public async Task Run_ToWhoeverConnects_SaysNothingAndLetsGo()
    {
        var prompts = _folder.Write("prompts.txt", string.Concat(Enumerable.Repeat("a red circle\n", 64)));
        using var run = RunningProcess.Atelier("run", prompts, "--out", _folder["out"], "--workers", "1", "--batch", "2");
        await run.UntilFilesAsync(Path.Combine(_folder["out"], "prompts"), "*.jsonl", 1);
        var ports = await ListenersAsync(run.Id);

        var port = Assert.Single(ports);
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        // What an Orleans client would begin with is no TLS handshake; what says nothing at all is let go, too.
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await stranger.GetStream().WriteAsync(new byte[64], TestContext.Current.CancellationToken);
        Assert.Equal(0, await BytesUntilTheEndAsync(silent));
        // A TLS alert at most.
        Assert.InRange(await BytesUntilTheEndAsync(stranger), 0, 64);
        run.Signal("INT");
        Assert.Equal(130, await run.ExitCodeAsync());
    }

    private static async Task<int> BytesUntilTheEndAsync(TcpClient client)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var (total, buffer) = (0, new byte[256]);
        try
        {
            for (int read; (read = await client.GetStream().ReadAsync(buffer, patience.Token)) > 0;) total += read;
        }
        catch (IOException)
        {
            // Reset is an end as well.
        }
        return total;
    }

    private static async Task<int[]> ListenersAsync(int process)
    {
        var sockets = Directory.EnumerateFiles($"/proc/{process}/fd").Select(file => new FileInfo(file).LinkTarget).OfType<string>()
            .Select(target => SocketName().Match(target)).Where(match => match.Success).Select(match => match.Groups[1].Value).ToHashSet();
        // Columns of proc_pid_net: local address is the second, state the fourth (0A: listening), inode the tenth.
        var lines = (await File.ReadAllLinesAsync("/proc/net/tcp", TestContext.Current.CancellationToken)).Concat(await File.ReadAllLinesAsync("/proc/net/tcp6", TestContext.Current.CancellationToken));
        return [.. lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns[3] == "0A" && sockets.Contains(columns[9]))
            .Select(columns => Convert.ToInt32(columns[1].Split(':')[1], 16))];
    }

    [GeneratedRegex(@"^socket:\[(\d+)\]$")]
    private static partial Regex SocketName();
}
