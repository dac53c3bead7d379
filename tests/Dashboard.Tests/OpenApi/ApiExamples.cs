using System.Formats.Tar;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

#pragma warning disable CA2234 // A page is read more easily with addresses as texts.

namespace Atelier.Dashboard.Tests.OpenApi;

/// <summary>The C# of docs/api.md, as a program would have it.</summary>
internal static class ApiExamples
{
    public static async Task RunAsync(string url, string key, string folder, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

        using var list = new StringContent("a red circle\na green triangle\n", Encoding.UTF8, "text/plain");
        using var sent = await http.PostAsync("/api/v1/files?name=prompts.txt", list, cancellationToken);
        var file = (await sent.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString();

        var wanted = new { id = "by-csharp", spec = new { model = "shapes", images_per_prompt = 2 }, note = "an example", file };
        using var made = await http.PostAsJsonAsync("/api/v1/jobs", wanted, cancellationToken);
        if (!made.IsSuccessStatusCode) throw new InvalidOperationException(await made.Content.ReadAsStringAsync(cancellationToken));

        await using (var stream = await http.GetStreamAsync("/api/v1/jobs/by-csharp/events", cancellationToken))
            await foreach (var happened in SseParser.Create(stream).EnumerateAsync(cancellationToken))
                Console.WriteLine($"{happened.EventType}: {happened.Data}");

        var job = await http.GetFromJsonAsync<JsonElement>("/api/v1/jobs/by-csharp", cancellationToken);
        for (var shard = 0; shard < job.GetProperty("shards").GetProperty("total").GetInt32(); shard++)
        {
            await using var tar = await http.GetStreamAsync($"/api/v1/jobs/by-csharp/shards/{shard}.tar", cancellationToken);
            await TarFile.ExtractToDirectoryAsync(tar, folder, overwriteFiles: true, cancellationToken);
        }
    }
}
