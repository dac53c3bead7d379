using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Prompts;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Uploads;

namespace Atelier.Dashboard.Files;

/// <summary>Receives prompt lists: checks them while they come, and keeps them in the store.</summary>
internal sealed class ListUpload(IStore store, TimeProvider time)
{
    // Four times what a body may have, as prompts pack well; beyond it somebody means harm.
    private const long MaxBytes = 4 * FilesApi.MaxBodyBytes;

    /// <summary>Reads a list to its end, in memory that does not grow with it but for its ids.</summary>
    /// <returns>The list, which is durable.</returns>
    /// <exception cref="ProblemException">Rows cannot be used; it names the first hundred.</exception>
    public async Task<UploadedList> ReceiveAsync(SentList sent, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await UploadedLists.RemoveExpiredAsync(store, now, cancellationToken);
        var id = UploadedLists.NewId(now);
        var problems = new RowProblems();
        await using var content = new MeasuredStream(sent.Content, MaxBytes);
        try
        {
            var rows = await UploadedLists.WriteRowsAsync(
                store, id, Bounded(PromptFile.ReadAsync(content, sent.Name, sent.Extension, problems, cancellationToken)), () => problems.Total == 0, cancellationToken);
            if (problems.Total > 0) throw Refuse(problems, sent.Name, null);
            var list = new UploadedList { Id = id, Name = sent.Name, Rows = rows, Bytes = content.Count, Sha256 = content.Sha256(), Expires = now + UploadedLists.Lifetime };
            await UploadedLists.CompleteAsync(store, list, cancellationToken);
            return list;
        }
        catch (Exception refused) when (refused is InvalidInputException or InvalidDataException)
        {
            // An answer before the end of the body would be lost with the connection.
            await DrainAsync(content, cancellationToken);
            await UploadedLists.RemoveAsync(store, id, cancellationToken);
            throw Refuse(problems, sent.Name, refused is InvalidInputException ? refused.Message : $"{sent.Name} cannot be unpacked: {refused.Message}");
        }
        catch (ProblemException)
        {
            await UploadedLists.RemoveAsync(store, id, cancellationToken);
            throw;
        }
    }

    private static async IAsyncEnumerable<Abstractions.Prompts.PromptRow> Bounded(IAsyncEnumerable<Abstractions.Prompts.PromptRow> rows)
    {
        await foreach (var row in rows)
        {
            if (row.Index >= JobLimits.MaxRows) throw new InvalidInputException($"the list has more than {JobLimits.MaxRows:N0} rows, the most allowed");
            yield return row;
        }
    }

    private static async Task DrainAsync(MeasuredStream content, CancellationToken cancellationToken)
    {
        try
        {
            await content.CopyToAsync(Stream.Null, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or InvalidInputException)
        {
            // There is nothing more to be had of it.
        }
    }

    private static ProblemException Refuse(RowProblems problems, string name, string? fatal)
    {
        return ProblemException.Invalid("rows.invalid", fatal ?? problems.Summary(name)).With("errors", problems.First).With("errors_total", problems.Total);
    }
}
