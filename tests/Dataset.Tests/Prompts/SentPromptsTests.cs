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
        Assert.All(problems.First, problem => Assert.DoesNotContain("list line", problem.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_MoreProblemsThanAreKept_CountsThem()
    {
        var problems = new RowProblems(2);
        Assert.Empty(await ReadAsync("1\n2\n3\n", ".jsonl", problems));
        Assert.Equal((2, 3), (problems.First.Count, problems.Total));
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
