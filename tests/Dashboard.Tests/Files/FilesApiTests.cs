using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Atelier.Dashboard.Tests.Files;

public sealed class FilesApiTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    [Theory]
    [InlineData("text/plain", "", "a red circle\n\na blue square\n")]
    [InlineData("text/csv", "", "prompt,seed\na red circle,7\na blue square,\n")]
    [InlineData("application/x-ndjson", "", "{\"prompt\": \"a red circle\"}\n{\"prompt\": \"a blue square\", \"id\": 7}\n")]
    [InlineData("application/octet-stream", "?name=rows.tsv", "prompt\tid\na red circle\tx\na blue square\ty\n")]
    public async Task Post_AList_SaysWhatIsInIt(string type, string query, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reply = await dashboard.SendAsync(HttpMethod.Post, $"/api/v1/files{query}", Body(bytes, type));
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.Equal((2, bytes.Length), (reply.Json.GetProperty("rows").GetInt64(), reply.Json.GetProperty("bytes").GetInt64()));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), reply.Text("sha256"));

        var again = await dashboard.SendAsync(HttpMethod.Get, reply.Location!);
        Assert.Equal((reply.Text("id"), reply.Text("expires_at")), (again.Text("id"), again.Text("expires_at")));
    }

    [Theory]
    [InlineData("Content-Encoding", "list.txt")]
    [InlineData("", "list.txt.gz")]
    public async Task Post_AListPackedWithGzip_IsUnpacked(string header, string name)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true)) gzip.Write("a\nb\nc\n"u8);
        var body = Body(packed.ToArray(), "application/gzip");
        if (header.Length > 0) body.Headers.ContentEncoding.Add("gzip");
        var reply = await dashboard.SendAsync(HttpMethod.Post, $"/api/v1/files?name={name}", body);
        Assert.Equal((HttpStatusCode.Created, 3, 6), (reply.Status, reply.Json.GetProperty("rows").GetInt64(), reply.Json.GetProperty("bytes").GetInt64()));
    }

    [Fact]
    public async Task Post_AForm_TakesItsFile()
    {
        using var form = new MultipartFormDataContent { { Body("a\n"u8.ToArray(), "text/plain"), "list", "mine.txt" } };
        var reply = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/files", form);
        Assert.Equal((HttpStatusCode.Created, "mine.txt"), (reply.Status, reply.Text("name")));
    }

    [Fact]
    public async Task Post_RowsThatCannotBeUsed_NamesTheFirstHundred_AndKeepsNothing()
    {
        var text = new StringBuilder();
        for (var line = 1; line <= 2500; line++) text.Append(line % 10 == 0 ? "{\"promt\": \"x\"}\n" : $"{{\"prompt\": \"x\", \"id\": {(line == 13 ? 11 : line)}}}\n");
        var before = await ListAsync();

        var reply = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/files?name=bad.jsonl", Body(Encoding.UTF8.GetBytes(text.ToString()), "text/plain"));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "rows.invalid"), (reply.Status, reply.Code));
        var errors = reply.Json.GetProperty("errors").EnumerateArray().ToList();
        Assert.Equal((100, 251), (errors.Count, reply.Json.GetProperty("errors_total").GetInt64()));
        Assert.Equal((10, "unknown field 'promt'; known: prompt, id, seed, guidance_scale, negative_prompt, label, image, mask."), (errors[0].GetProperty("line").GetInt64(), errors[0].GetProperty("message").GetString()));
        Assert.Equal(("promt", "field.unknown", System.Text.Json.JsonValueKind.Null), (errors[0].GetProperty("field").GetString(), errors[0].GetProperty("code").GetString(), errors[0].GetProperty("value").ValueKind));
        Assert.Equal(("id", "field.twice", "11"), (errors[1].GetProperty("field").GetString(), errors[1].GetProperty("code").GetString(), errors[1].GetProperty("value").GetString()));
        Assert.Equal((13, "the id '11' is also that of line 11; ids must differ."), (errors[1].GetProperty("line").GetInt64(), errors[1].GetProperty("message").GetString()));
        Assert.Equal(before, await ListAsync());
    }

    [Theory]
    [InlineData("", "text/plain", "the list has no rows; at least one prompt is needed.")]
    [InlineData("\"never closed\n", "text/csv", "the list line 1: a quote is opened in this row and never closed.")]
    [InlineData("{\"prompt\": \"x\", \"image\": \"/etc/passwd\"}\n", "application/x-ndjson", "the list line 1: there is an image, and a list that is sent cannot name files; atelier submit sends pictures.")]
    public async Task Post_WhatIsNoListOrNamesFiles_IsRefused(string text, string type, string detail)
    {
        var reply = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/files", Body(Encoding.UTF8.GetBytes(text), type));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "rows.invalid", detail), (reply.Status, reply.Code, reply.Text("detail")));
    }

    [Fact]
    public async Task Post_AFormatThatIsNotKnown_IsRefused()
    {
        var reply = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/files?name=rows.pdf", Body([1, 2, 3], "application/pdf"));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "file.format"), (reply.Status, reply.Code));
    }

    [Theory]
    [InlineData("20260101000000-0123456789abcdef")]
    [InlineData("nothing")]
    public async Task Get_WhatIsNoFile_Is404(string id) =>
        Assert.Equal((HttpStatusCode.NotFound, "file.unknown"), await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/files/{Uri.EscapeDataString(id)}") is var reply ? (reply.Status, reply.Code) : default);

    private async Task<List<string>> ListAsync() =>
        await dashboard.Store.ListAsync(".uploads/", TestContext.Current.CancellationToken).Select(entry => entry.Path).ToListAsync(TestContext.Current.CancellationToken);

    private static ByteArrayContent Body(byte[] bytes, string type) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
}
