using System.Text;
using Atelier.Abstractions;
using Atelier.Dataset.Prompts;

namespace Atelier.Dataset.Tests.Prompts;

public sealed class SentPromptsTests
{
    [Theory]
    [InlineData(".txt", "a\nb\u0000c\nd\n", "a d", "2")]
    [InlineData(".jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": 1}\n[]\n{\"prompt\": \"d\"}\n", "a d", "2 3")]
    [InlineData(".csv", "prompt,id\na,1\nb,1\n\"x\"y,2\nc\nd,3\n", "a d", "3 4 5")]
    [InlineData(".tsv", "prompt\tguidance_scale\na\t3\nb\tmuch\nd\t\n", "a d", "3")]
    public async Task Read_AListWithBadRows_GivesTheOthersAndCollectsTheLines(string extension, string text, string rows, string lines)
    {
        var problems = new RowProblems();
        var read = await ReadAsync(text, extension, problems);
        Assert.Equal(rows, string.Join(' ', read.Select(row => row.Prompt)));
        Assert.Equal(Enumerable.Range(0, read.Count).Select(index => (long)index), read.Select(row => row.Index));
        Assert.Equal(lines, string.Join(' ', problems.First.Select(problem => problem.Line)));
        Assert.All(problems.First, problem => Assert.DoesNotContain("list line", problem.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(".txt", "b\u0000c\n", null, "row.not_text", null)]
    [InlineData(".jsonl", "{\"prompt\": 1}\n", "prompt", "field.not_allowed", "1")]
    [InlineData(".jsonl", "[]\n", null, "row.malformed", null)]
    [InlineData(".jsonl", "{\"promt\": \"a\"}\n", "promt", "field.unknown", null)]
    [InlineData(".jsonl", "{\"seed\": 1}\n", "prompt", "field.missing", null)]
    [InlineData(".jsonl", "{\"prompt\": \"a\", \"prompt\": \"b\"}\n", "prompt", "field.twice", null)]
    [InlineData(".csv", "prompt,id\na,1\nb,1\n", "id", "field.twice", "1")]
    [InlineData(".csv", "prompt,id\nc\n", null, "row.malformed", null)]
    [InlineData(".tsv", "prompt\tguidance_scale\nb\tmuch\n", "guidance_scale", "field.not_allowed", "much")]
    [InlineData(".csv", "prompt,seed\na,-1\n", "seed", "field.not_allowed", "-1")]
    public async Task Read_ABadRow_TellsTheFieldTheCodeAndTheValue(string extension, string text, string? field, string code, string? value)
    {
        var problems = new RowProblems();
        await ReadAsync(text, extension, problems);
        var problem = Assert.Single(problems.First);
        Assert.Equal((field, code, value), (problem.Field, problem.Code, problem.Value));
    }

    [Theory]
    [InlineData("prompt,seed\na,-1\nb,2\n")]
    [InlineData("prompt,seed\na,-1\nb,2,3\nc,x\n")]
    public async Task AList_SentOrReadFromADisk_IsRefusedInTheSameWords(string text)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("list.csv", text);
        var problems = new RowProblems();
        await PromptFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), path, ".csv", problems, TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => PromptFile.ValidateAsync(path, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(problems.Text(path), refused.Message);
        Assert.Equal(problems.Summary(path), refused.Message.Split('\n')[0]);
        Assert.Equal(problems.Total, refused.Message.Split('\n').Length);
    }

    [Fact]
    public async Task Read_MoreProblemsThanAreKept_CountsThem()
    {
        var problems = new RowProblems(2);
        Assert.Empty(await ReadAsync("1\n2\n3\n", ".jsonl", problems));
        Assert.Equal((2, 3), (problems.First.Count, problems.Total));
        Assert.EndsWith("\nand 1 more", problems.Text("list"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".csv", "colour\nred\n")]
    [InlineData(".csv", "prompt\n\"a\n")]
    [InlineData(".txt", "\n")]
    [InlineData(".pdf", "a\n")]
    public async Task Read_WhatIsNoList_IsThrown(string extension, string text) =>
        await Assert.ThrowsAsync<InvalidInputException>(() => ReadAsync(text, extension, new RowProblems()));

    private static async Task<List<Abstractions.Prompts.PromptRow>> ReadAsync(string text, string extension, RowProblems problems) =>
        await PromptFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), "list", extension, problems, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
}
