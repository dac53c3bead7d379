using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Atelier.Infra.Tests;

/// <summary>What a program of somebody else said.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Errors">What it wrote to its standard error.</param>
internal sealed record Answer(int ExitCode, string Output, string Errors)
{
    /// <summary>Fails the test with all that the program said, unless its exit code is 0.</summary>
    public Answer Succeeded()
    {
        if (ExitCode != 0) Assert.Fail($"exit code {ExitCode}\n{Output}\n{Errors}");
        return this;
    }
}

/// <summary>Runs other people's programs. One that is not there fails the test, with the command that installs it.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program of a Debian package.</summary>
    public static Task<Answer> DebianAsync(string package, string program, params string[] arguments) =>
        RunAsync(program, $"apt-get install --no-install-recommends {package}, or ./test.sh --system-packages", arguments, input: null);

    /// <summary>Runs a script, or the command of a package, in the folder <c>Tools</c>.</summary>
    /// <param name="script">Its path below <c>Tools</c>.</param>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Task<Answer> NodeAsync(string script, string? input = null, params string[] arguments) =>
        RunAsync("node", "apt-get install nodejs, or ./test.sh --system-packages", [NodePackage(script), .. arguments], input);

    /// <summary>Runs a script that reads JSON and writes JSON.</summary>
    public static async Task<T> NodeAsync<T>(string script, object input)
    {
        var answer = await NodeAsync(script, JsonSerializer.Serialize(input));
        return JsonSerializer.Deserialize<T>(answer.Succeeded().Output, JsonSerializerOptions.Web)!;
    }

    /// <summary>A file of an npm package of the folder <c>Tools</c>.</summary>
    public static string NodePackage(string path)
    {
        if (!Directory.Exists(Checkout.Tests("Tools", "node_modules")))
            Assert.Fail($"The npm packages of these tests are not installed: run ./test.sh, or npm ci --prefix {Checkout.Tests("Tools")}");
        return Checkout.Tests("Tools", path);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Answer> RunAsync(string program, string install, IEnumerable<string> arguments, string? input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Checkout.Root,
        };
        using var process = Start(start, $"{program} is not installed: {install}");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(timeout.Token);
            return new Answer(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(ProcessStartInfo start, string missing)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Fail(missing);
            throw;
        }
    }
}
