using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Prompts;

namespace Atelier.Dataset.Tests.Prompts;

public sealed class PromptFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Txt_OnePromptALine_KeepsEachAsItIsAndSkipsBlankLines()
    {
        var path = _folder.Write("prompts.txt", "a red circle\n\n  two blue squares, left \t\r\n   \nкот 🐈\n");

        Assert.Equal(
            [Row(0, "a red circle"), Row(1, "  two blue squares, left \t"), Row(2, "кот 🐈")],
            await ReadAsync(path));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\nb\n")]
    [InlineData("a\r\nb\r\n")]
    [InlineData("\uFEFFa\nb\n")]
    [InlineData("\n\r\n\na\n\n\nb\n\n")]
    public async Task Txt_AnyLineEndsAndAByteOrderMark_GiveTheSameRows(string text) =>
        Assert.Equal([Row(0, "a"), Row(1, "b")], await ReadAsync(_folder.Write("prompts.TXT", text)));

    [Fact]
    public async Task Jsonl_EveryField_IsRead()
    {
        var path = _folder.Write("prompts.jsonl",
            """
            {"prompt": "a red circle"}

            {"guidance_scale": 7.5, "seed": 18446744073709551615, "id": "row-7", "prompt": "a \"blue\" \u0441quare\n"}
            {"prompt": "", "id": 12, "seed": "42", "guidance_scale": -1e1, "negative_prompt": "blurred"}
            {"prompt": "x", "id": null, "seed": null, "guidance_scale": null}
            """);

        Assert.Equal(
            [
                Row(0, "a red circle"),
                Row(1, "a \"blue\" \u0441quare\n", "row-7", ulong.MaxValue, 7.5),
                Row(2, "", "12", 42, -10, "blurred"),
                Row(3, "x"),
            ],
            await ReadAsync(path));
    }

    [Fact]
    public async Task Labels_OfEveryFormat_NeedNoPrompt()
    {
        var jsonl = _folder.Write("rows.jsonl", "{\"label\": 207}\n{\"label\": \"golden retriever\", \"prompt\": \"a dog\"}\n");
        var csv = _folder.Write("rows.csv", "label,seed\n207,1\n\"golden retriever\",\n");

        Assert.Equal([Row(0, "") with { Label = "207" }, Row(1, "a dog") with { Label = "golden retriever" }], await ReadAsync(jsonl));
        Assert.Equal([Row(0, "", seed: 1) with { Label = "207" }, Row(1, "") with { Label = "golden retriever" }], await ReadAsync(csv));
    }

    [Fact]
    public async Task ValidateAsync_RowThatTheModelCannotDraw_IsRefusedWithItsLine()
    {
        var path = _folder.Write("rows.csv", "label\n\"a\nb\"\nc\n");

        var refused = await Assert.ThrowsAsync<InvalidInputException>(
            () => PromptFile.ValidateAsync(path, row => row.Label == "c" ? $"the label is '{row.Label}'; allowed: a" : null, cancellationToken: Cancel));

        Assert.Equal($"{path} line 4: the label is 'c'; allowed: a.", refused.Message);
    }

    [Fact]
    public async Task Csv_QuotesAndNewlinesWithinQuotes_AreRead()
    {
        var path = _folder.Write("prompts.csv",
            "seed,prompt , guidance_scale,id,negative_prompt\r\n"
            + "18446744073709551615,\"a \"\"red\"\" circle, left\",7.5,first,\"dark, blurred\"\r\n"
            + "\r\n"
            + ",\"two\r\nlines\",,,\r\n"
            + "3,plain \"inner\" quotes,0, spaced ,\n"
            + ",,,\"\",");

        Assert.Equal(
            [
                Row(0, "a \"red\" circle, left", "first", ulong.MaxValue, 7.5, "dark, blurred"),
                Row(1, "two\nlines"),
                Row(2, "plain \"inner\" quotes", " spaced ", 3, 0),
                Row(3, ""),
            ],
            await ReadAsync(path));
    }

    [Fact]
    public async Task Tsv_TabsBetweenFields_AreRead() =>
        Assert.Equal(
            [Row(0, "a, b", "x"), Row(1, "c\td", "y")],
            await ReadAsync(_folder.Write("prompts.tsv", "id\tprompt\nx\ta, b\ny\t\"c\td\"\n")));

    [Fact]
    public async Task ValidateAsync_CountsWhatTheFileHolds()
    {
        var path = _folder.Write("prompts.csv", "prompt,id,seed,guidance_scale\na,1,,\nb,2,5,\n\"\",,,3\n");

        Assert.Equal(new PromptCounts(Rows: 3, EmptyPrompts: 1, Ids: 2, Seeds: 1, GuidanceScales: 1), await PromptFile.ValidateAsync(path, cancellationToken: Cancel));
    }

    [Fact]
    public async Task Txt_ManyRowsAcrossBuffers_AreAllRead()
    {
        var prompts = Enumerable.Range(0, 50_000).Select(index => $"prompt {index} {new string('é', index % 50)}").ToArray();

        var rows = await ReadAsync(_folder.Write("prompts.txt", string.Join('\n', prompts)));

        Assert.Equal(prompts, rows.Select(row => row.Prompt));
        Assert.Equal(Enumerable.Range(0, 50_000).Select(index => (long)index), rows.Select(row => row.Index));
    }

    [Fact]
    public async Task ReadAsync_PromptOfOneMegabyte_IsAllowedAndOneByteMoreIsNot()
    {
        var prompt = new string('x', 1 << 20);
        Assert.Equal([Row(0, prompt)], await ReadAsync(_folder.Write("prompts.txt", prompt)));

        var start = $"line 2: the prompt '{new string('x', 60)}...' has 1,048,577 bytes; at most 1,048,576 are allowed.";
        await RefusesAsync("prompts.txt", $"a\n{prompt}x", start);
        await RefusesAsync("prompts.jsonl", $$"""{"prompt":"a"}{{"\n"}}{"prompt":"{{prompt}}x"}""", start);
        await RefusesAsync("prompts.csv", $"prompt\n{prompt}x\n", start);
    }

    [Theory]
    [InlineData("prompts.txt")]
    [InlineData("prompts.jsonl")]
    [InlineData("prompts.csv")]
    public Task ReadAsync_EndlessLine_IsRefusedWithoutReadingItAll(string name) =>
        RefusesAsync(name, "\n" + new string('x', 9 << 20), "line 2: the line is longer than 8,388,608 bytes, the most allowed.");

    [Fact]
    public async Task ReadAsync_PathThatIsNoPromptList_IsRefused()
    {
        const string Allowed = "a prompt list is a file whose name ends in .txt, .jsonl, .csv, .tsv";
        Directory.CreateDirectory(_folder.File("folder.txt"));

        await RefusesPathAsync(_folder.File("none.txt"), ": there is no such file.");
        await RefusesPathAsync(_folder.File("folder.txt"), $" is a folder; {Allowed}.");
        await RefusesPathAsync(_folder.Write("prompts.json", "{}"), $" has the extension '.json'; {Allowed}.");
        await RefusesPathAsync(_folder.Write("prompts", "a"), $" has no file name extension; {Allowed}.");
    }

    [Theory]
    [InlineData("prompts.txt", "")]
    [InlineData("prompts.txt", "\uFEFF")]
    [InlineData("prompts.txt", "\n \n\r\n")]
    [InlineData("prompts.jsonl", "\n")]
    [InlineData("prompts.csv", "")]
    [InlineData("prompts.csv", "prompt,id\n")]
    public async Task ReadAsync_NoRows_IsRefused(string name, string text) =>
        await RefusesPathAsync(_folder.Write(name, text), " has no rows; at least one prompt is needed.");

    [Theory]
    [InlineData("prompts.txt")]
    [InlineData("prompts.jsonl")]
    [InlineData("prompts.csv")]
    public async Task ReadAsync_InvalidUtf8_NamesLineAndByte(string name)
    {
        var first = name switch { "prompts.jsonl" => "{\"prompt\":\"é\"}\n", "prompts.csv" => "prompt\n", _ => "é\n" };
        byte[] content = [.. Encoding.UTF8.GetBytes(first), (byte)'c', 0xC3, (byte)'f', (byte)'\n'];

        await RefusesAsync(name, content, "line 2: byte 0xC3 at position 2 is not valid UTF-8; save the file as UTF-8.");
    }

    [Theory]
    [InlineData("prompts.txt", "a\rb\rc", 1)]
    [InlineData("prompts.txt", "a\nb\r\r\n", 2)]
    [InlineData("prompts.jsonl", "{\"prompt\":\r\"a\"}", 1)]
    [InlineData("prompts.csv", "prompt\na\rb\n", 2)]
    public async Task ReadAsync_ACarriageReturnWithinALine_IsRefused(string name, string text, int line) => await RefusesAsync(
        name, Encoding.UTF8.GetBytes(text), $"line {line}: there is a carriage return within the line; lines end with LF or CR LF.");

    [Fact]
    public async Task ReadAsync_ANamedPipe_IsRefusedAtOnce()
    {
        var pipe = Path.Combine(_folder.Path, "prompts.txt");
        using (var made = System.Diagnostics.Process.Start("mkfifo", pipe)) await made.WaitForExitAsync(TestContext.Current.CancellationToken);

        await RefusesPathAsync(pipe, " is a named pipe; allowed: a regular file, or - for standard input");
    }

    [Fact]
    public async Task ReadAsync_Utf16_IsRefusedWithAHint()
    {
        await RefusesPathAsync(_folder.Write("a.txt", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("a\nb")]), " is UTF-16 text; save it as UTF-8.");
        await RefusesPathAsync(
            _folder.Write("b.csv", [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes("a\nb")]), " is UTF-16 text; save it as UTF-8.");
        await RefusesAsync(
            "c.txt", Encoding.BigEndianUnicode.GetBytes("a"), "line 1: there is a NUL character (U+0000); if the file is UTF-16, save it as UTF-8.");
    }

    [Theory]
    [InlineData("{\"prompt\": \"a\"", "'{\"prompt\": \"a\"' is not valid JSON at byte 15; an object such as {\"prompt\": \"a red circle\"} is allowed.")]
    [InlineData("a red circle", "'a red circle' is not valid JSON at byte 1; an object such as {\"prompt\": \"a red circle\"} is allowed.")]
    [InlineData("{\"prompt\": \"a\"} x", "'{\"prompt\": \"a\"} x' is not valid JSON at byte 17; an object such as {\"prompt\": \"a red circle\"} is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"seed\": NaN}", "'{\"prompt\": \"a\", \"seed\": NaN}' is not valid JSON at byte 25; an object such as {\"prompt\": \"a red circle\"} is allowed.")]
    [InlineData("\"a red circle\"", "'\"a red circle\"' is not an object; one such as {\"prompt\": \"a red circle\"} is allowed.")]
    [InlineData("[\"a\"]", "'[\"a\"]' is not an object; one such as {\"prompt\": \"a red circle\"} is allowed.")]
    [InlineData("{\"id\": \"7\"}", "'{\"id\": \"7\"}' has no field 'prompt', which is required, or 'label'.")]
    [InlineData("{\"prompt\": 7}", "prompt is 7; a string is allowed.")]
    [InlineData("{\"prompt\": null}", "prompt is null; a string is allowed.")]
    [InlineData("{\"prompt\": [\"a\"]}", "prompt is an array; a string is allowed.")]
    [InlineData("{\"prompt\": \"a\\u0000b\"}", "the prompt 'a\uFFFDb' holds a NUL character (U+0000), which is not allowed.")]
    [InlineData("{\"prompt\": \"a\\ud800\"}", "prompt is 'a\\ud800', which escapes half of a surrogate pair.")]
    [InlineData("{\"prompt\": \"a\", \"scale\": 3}", "unknown field 'scale'; known: prompt, id, seed, guidance_scale, negative_prompt, label, image, mask.")]
    [InlineData("{\"Prompt\": \"a\"}", "unknown field 'Prompt'; known: prompt, id, seed, guidance_scale, negative_prompt, label, image, mask.")]
    [InlineData("{\"prompt\": \"a\", \"prompt\": \"b\"}", "the field 'prompt' is there twice.")]
    [InlineData("{\"prompt\": \"a\", \"id\": true}", "id is true; a string or a number is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"id\": \"\"}", "the id '' has 0 characters; 1 to 1,024 are allowed.")]
    [InlineData("{\"prompt\": \"a\", \"id\": \"\\u0000\"}", "the id '\uFFFD' holds a NUL character (U+0000), which is not allowed.")]
    [InlineData("{\"prompt\": \"a\", \"seed\": -1}", "seed is '-1'; a whole number from 0 to 18446744073709551615 is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"seed\": 18446744073709551616}", "seed is '18446744073709551616'; a whole number from 0 to 18446744073709551615 is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"seed\": 1.5}", "seed is '1.5'; a whole number from 0 to 18446744073709551615 is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"seed\": \"one\"}", "seed is 'one'; a whole number from 0 to 18446744073709551615 is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"seed\": {}}", "seed is an object; a whole number from 0 to 18446744073709551615 is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"guidance_scale\": 1e999}", "guidance_scale is '1e999'; -1000 to 1000 is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"guidance_scale\": \"NaN\"}", "guidance_scale is the string 'NaN'; -1000 to 1000 is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"image\": 3}", "image is 3; the path of a picture is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"mask\": \"a\\u0000b\"}", "the mask 'a\uFFFDb' holds a NUL character (U+0000), which is not allowed.")]
    [InlineData("{\"label\": true}", "label is true; a string or a number is allowed.")]
    [InlineData("{\"label\": \"\"}", "the label '' has 0 characters; 1 to 1,024 are allowed.")]
    [InlineData("{\"prompt\": \"a\", \"negative_prompt\": 3}", "negative_prompt is 3; a string is allowed.")]
    [InlineData("{\"prompt\": \"a\", \"negative_prompt\": \"b\\u0000\"}", "the negative_prompt 'b\uFFFD' holds a NUL character (U+0000), which is not allowed.")]
    [InlineData("{\"prompt\": \"a\", \"guidance_scale\": false}", "guidance_scale is false; -1000 to 1000 is allowed.")]
    public Task Jsonl_BadLine_IsRefusedWithItsLineAndValue(string line, string message) =>
        RefusesAsync("prompts.jsonl", "{\"prompt\": \"first\"}\n\n" + line + "\n{\"prompt\": \"last\"}\n", "line 3: " + message);

    [Theory]
    [InlineData("id,seed\n1,2\n", "line 1: there is no column 'prompt', which is required, or 'label'.")]
    [InlineData("label,seed\n1,2\n,3\n", "line 3: the label is empty, and there is no column 'prompt'.")]
    [InlineData("prompt;seed\na;2\n", "line 1: unknown column 'prompt;seed'; the first line must name the columns, separated by commas; known: prompt, id, seed, guidance_scale, negative_prompt, label, image, mask.")]
    [InlineData("\nprompt,prompt\na,b\n", "line 2: the column 'prompt' is there twice.")]
    [InlineData("prompt,seed\na,1\nb\n", "line 3: there are 1 fields, but 2 columns; quote a field that holds a delimiter.")]
    [InlineData("prompt\na, b\n", "line 2: there are 2 fields, but 1 columns; quote a field that holds a delimiter.")]
    [InlineData("prompt,seed\n\"a\nb\nc\",1\n\"d\ne\",x\n", "line 5: seed is 'x'; a whole number from 0 to 18446744073709551615 is allowed.")]
    [InlineData("prompt,guidance_scale\na,1000\nb,1000.5\n", "line 3: guidance_scale is '1000.5'; -1000 to 1000 is allowed.")]
    [InlineData("prompt,guidance_scale\na,NaN\n", "line 2: guidance_scale is 'NaN'; -1000 to 1000 is allowed.")]
    [InlineData("prompt,guidance_scale\na,Infinity\n", "line 2: guidance_scale is 'Infinity'; -1000 to 1000 is allowed.")]
    [InlineData("prompt,guidance_scale\na,\"7,5\"\n", "line 2: guidance_scale is '7,5'; -1000 to 1000 is allowed.")]
    [InlineData("prompt,id\na,x\n\"b\nc\",y\nd,x\n", "line 5: the id 'x' is also that of line 2; ids must differ.")]
    [InlineData("prompt\nfine\n\"never\nclosed\n", "line 3: a quote is opened in this row and never closed.")]
    [InlineData("prompt\n\"a\n\" b\n", "line 3: ' ' follows a closing quote; write \"\" for a quote.")]
    public Task Csv_BadRow_IsRefusedWithItsLineAndValue(string text, string message) => RefusesAsync("prompts.csv", text, message);

    [Fact]
    public Task Tsv_UnknownColumn_SaysThatTabsSeparate() =>
        RefusesAsync("prompts.tsv", "prompt,seed\n", "line 1: unknown column 'prompt,seed'; the first line must name the columns, separated by tabs; known: prompt, id, seed, guidance_scale, negative_prompt, label, image, mask.");

    [Fact]
    public Task Csv_QuoteNeverClosedInALargeFile_IsRefusedBeforeItsEnd() =>
        RefusesAsync(
            "prompts.csv",
            "prompt\n\"a\n" + string.Concat(Enumerable.Repeat(new string('x', 1000) + "\n", 9000)),
            "line 2: the row has more than 8,388,608 characters, so a quote in it may never be closed.");

    [Fact]
    public Task Jsonl_IdUsedTwice_NamesBothLines() =>
        RefusesAsync(
            "prompts.jsonl",
            "{\"prompt\":\"a\",\"id\":\"x\"}\n{\"prompt\":\"b\",\"id\":\"y\"}\n{\"prompt\":\"c\",\"id\":\"x\"}\n",
            "line 3: the id 'x' is also that of line 1; ids must differ.");

    [Fact]
    public Task Jsonl_LongId_IsRefused() =>
        RefusesAsync(
            "prompts.jsonl",
            $$"""{"prompt":"a","id":"{{new string('i', 1025)}}"}""",
            $"line 1: the id '{new string('i', 60)}...' has 1,025 characters; 1 to 1,024 are allowed.");

    [Fact]
    public async Task ReadAsync_BadLine_ComesAfterTheRowsBeforeIt()
    {
        var path = _folder.Write("prompts.jsonl", "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\nx\n");
        var rows = new List<PromptRow>();

        await Assert.ThrowsAsync<InvalidInputException>(async () =>
        {
            await foreach (var row in PromptFile.ReadAsync(path, Cancel))
                rows.Add(row);
        });

        Assert.Equal([Row(0, "a"), Row(1, "b")], rows);
    }

    [Fact]
    public async Task ReadAsync_Cancelled_Stops()
    {
        var path = _folder.Write("prompts.txt", "a\n");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PromptFile.ValidateAsync(path, cancellationToken: new(canceled: true)));
    }

    private static PromptRow Row(long index, string prompt, string? id = null, ulong? seed = null, double? guidanceScale = null, string? negativePrompt = null) =>
        new() { Index = index, Prompt = prompt, Id = id, Seed = seed, GuidanceScale = guidanceScale, NegativePrompt = negativePrompt };

    private static async Task<List<PromptRow>> ReadAsync(string path)
    {
        var rows = new List<PromptRow>();
        await foreach (var row in PromptFile.ReadAsync(path, Cancel))
            rows.Add(row);
        return rows;
    }

    private Task RefusesAsync(string name, string text, string message) => RefusesAsync(name, Encoding.UTF8.GetBytes(text), message);

    private Task RefusesAsync(string name, byte[] content, string message) => RefusesPathAsync(_folder.Write(name, content), " " + message);

    private static async Task RefusesPathAsync(string path, string message)
    {
        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => PromptFile.ValidateAsync(path, cancellationToken: Cancel));

        Assert.Equal(path + message, exception.Message);
    }
}
