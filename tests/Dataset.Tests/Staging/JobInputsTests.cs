using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Inputs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Images;

namespace Atelier.Dataset.Tests.Staging;

public sealed class JobInputsTests
{
    private readonly MemoryStore _store = new();
    private readonly byte[] _content = new InputImage(4, TestImages.Noise(4, 4).Pixels, [true, .. new bool[15]]).Encode();

    private string Digest => Convert.ToHexStringLower(SHA256.HashData(_content));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddAsync_TheSameContentTwice_IsOneFileUnderItsDigest()
    {
        await JobInputs.AddAsync(_store, "job", Digest, _content, Cancel);
        await JobInputs.AddAsync(_store, "job", Digest, _content, Cancel);

        Assert.Equal([new StoreEntry($"job/inputs/{Digest}.png", _content.Length)], await _store.ListAsync("", Cancel).ToListAsync(Cancel));
        Assert.Equal((4, 1), (await JobInputs.ReadAsync(_store, "job", Digest, Cancel) is var read ? read.Size : 0, read.IsKept.Count(kept => kept)));
    }

    [Fact]
    public async Task AddAsync_WhatIsNotItsDigestOrTooLong_IsRefused()
    {
        Assert.Equal($"an input has the SHA-256 {Digest}, not '../job.json'", await RefusalAsync("../job.json", _content));
        Assert.Equal($"an input has the SHA-256 {Digest}, not '{Digest.ToUpperInvariant()}'", await RefusalAsync(Digest.ToUpperInvariant(), _content));
        Assert.Equal("an input has 0 bytes; allowed: 1 to 8,388,608", await RefusalAsync(Digest, []));
        Assert.Equal("an input has 8,388,609 bytes; allowed: 1 to 8,388,608", await RefusalAsync(Digest, new byte[JobLimits.MaxInputBytes + 1]));
        Assert.Empty(await _store.ListAsync("", Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task ReadAsync_MissingOrDamaged_SaysSo()
    {
        var missing = await Assert.ThrowsAsync<FileNotFoundException>(() => JobInputs.ReadAsync(_store, "job", Digest, Cancel));
        Assert.Equal($"job/inputs/{Digest}.png is missing", missing.Message);

        await _store.TryCreateAsync(JobPaths.Input("job", Digest), _content.AsMemory(0, 9), Cancel);
        var damaged = await Assert.ThrowsAsync<InvalidDataException>(() => JobInputs.ReadAsync(_store, "job", Digest, Cancel));
        Assert.StartsWith($"job/inputs/{Digest}.png is damaged: its SHA-256 is ", damaged.Message, StringComparison.Ordinal);

        var text = "not an image"u8.ToArray();
        var digest = Convert.ToHexStringLower(SHA256.HashData(text));
        await JobInputs.AddAsync(_store, "job", digest, text, Cancel);
        var other = await Assert.ThrowsAsync<InvalidDataException>(() => JobInputs.ReadAsync(_store, "job", digest, Cancel));
        Assert.Equal($"job/inputs/{digest}.png cannot be used: it is not an image of a known format", other.Message);
    }

    private async Task<string> RefusalAsync(string sha256, byte[] content) =>
        (await Assert.ThrowsAsync<InvalidInputException>(() => JobInputs.AddAsync(_store, "job", sha256, content, Cancel))).Message;
}
