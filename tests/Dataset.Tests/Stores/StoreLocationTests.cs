using Atelier.Abstractions;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Stores;

public sealed class StoreLocationTests
{
    private const string Connection = "DefaultEndpointsProtocol=https;AccountName=pictures;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://pictures.example.com/jobs")]
    [InlineData("https://blob.core.windows.net.example.com/jobs")]
    [InlineData("https://pictures-blob.core.windows.net/jobs")]
    public void ParseForeign_AHostThatIsNotAzures_IsShownNoIdentity(string url)
    {
        var message = Assert.Throws<InvalidInputException>(() => StoreLocation.ParseForeign(url)).Message;
        Assert.Equal($"the cluster says that its jobs are in {url}, which is no host of Azure; your Azure identity is shown to it only if you name it yourself: --store {url}", message);
        Assert.Equal(url, StoreLocation.Parse(url).ToString());
    }

    [Theory]
    [InlineData("https://pictures.blob.core.windows.net/jobs")]
    [InlineData("https://pictures.blob.core.chinacloudapi.cn/jobs")]
    [InlineData("https://pictures.example.com/jobs?sv=2024-08-04&sr=c&sig=c2VjcmV0")]
    [InlineData("/data/jobs")]
    public void ParseForeign_WhatNeedsNoIdentityOrIsAzures_IsTaken(string setting) => Assert.NotNull(StoreLocation.ParseForeign(setting));

    [Theory]
    [InlineData("/data/jobs", "/data/jobs")]
    [InlineData(" /data/jobs/../other ", "/data/other")]
    [InlineData("/data/a=b;c=d", "/data/a=b;c=d")]
    [InlineData("https://pictures.blob.core.windows.net/jobs", "https://pictures.blob.core.windows.net/jobs")]
    [InlineData("https://pictures.blob.core.windows.net/jobs?sv=2024-08-04&sr=c&sig=c2VjcmV0", "https://pictures.blob.core.windows.net/jobs")]
    [InlineData("azure:https://pictures.blob.core.windows.net/jobs", "https://pictures.blob.core.windows.net/jobs")]
    [InlineData("azure:pictures/jobs", "https://pictures.blob.core.windows.net/jobs")]
    [InlineData(Connection + ";ContainerName=jobs", "https://pictures.blob.core.windows.net/jobs")]
    [InlineData("ContainerName=jobs;" + Connection, "https://pictures.blob.core.windows.net/jobs")]
    [InlineData("Azure:" + Connection + ";containername=jobs;", "https://pictures.blob.core.windows.net/jobs")]
    [InlineData("UseDevelopmentStorage=true;ContainerName=jobs", "http://127.0.0.1:10000/devstoreaccount1/jobs")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/jobs?sv=2024-08-04&sr=c&sig=c2VjcmV0", "http://127.0.0.1:10000/devstoreaccount1/jobs")]
    public void Parse_AllowedForm_NamesThePlaceAndNoSecret(string setting, string place) =>
        Assert.Equal(place, StoreLocation.Parse(setting).ToString());

    [Fact]
    public void Parse_RelativeFolder_IsTakenFromTheCurrentOne() =>
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "out"), StoreLocation.Parse("out").ToString());

    [Theory]
    [InlineData("", "The store is not named; a store is a folder, https://account.blob.core.windows.net/container, azure:account/container, or the connection string of a storage account with ;ContainerName=container added.")]
    [InlineData("azure:", "The store is not named; a store is a folder, ")]
    [InlineData("s3://secret@bucket/jobs", "'s3://' is no scheme of a store; a store is a folder, ")]
    [InlineData("azure:pictures", "'azure:pictures' names no account and container; a store is a folder, ")]
    [InlineData("azure:pictures/jobs/more", "'azure:pictures/jobs/more' names no account and container; ")]
    [InlineData("azure:pic.tures/jobs", "'azure:pic.tures/jobs' names no account and container; ")]
    [InlineData("azure:pictures/Jobs", "The container name 'Jobs' is not allowed: 3 to 63 lower-case letters, digits and single hyphens, ")]
    [InlineData("azure:pictures/a--b", "The container name 'a--b' is not allowed")]
    [InlineData("azure:pictures/$root", "The container name '$root' is not allowed")]
    [InlineData("https://pictures.blob.core.windows.net", "The store https://pictures.blob.core.windows.net/ names no container, or more than one; ")]
    [InlineData("https://pictures.blob.core.windows.net/jobs/one?sig=secret", "The store https://pictures.blob.core.windows.net/jobs/one names no container, or more than one; ")]
    [InlineData("https://pictures.blob.core.windows.net/jobs?token=secret", "The store https://pictures.blob.core.windows.net/jobs has a query that is no shared access signature; ")]
    [InlineData("https://me:secret@pictures.blob.core.windows.net/jobs", "The store https://pictures.blob.core.windows.net/jobs has a user name, password or fragment in its URL; ")]
    [InlineData("http://pictures.blob.core.windows.net/jobs?sv=1&sig=secret", "The store http://pictures.blob.core.windows.net/jobs would send credentials in the clear; ")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/jobs", "The store http://127.0.0.1:10000/devstoreaccount1/jobs needs https or a shared access signature")]
    [InlineData("https://", "The store is not a URL that can be read; ")]
    [InlineData(Connection, "The connection string of the store needs one container, as in ;ContainerName=jobs.")]
    [InlineData(Connection + ";ContainerName=a-a;ContainerName=b-b", "The connection string of the store needs one container, as in ;ContainerName=jobs.")]
    [InlineData("AccountName=pictures;AccountKey=secret!;ContainerName=jobs", "The connection string of the container 'jobs' cannot be read; it needs AccountName and AccountKey")]
    [InlineData("AccountKey=secret;ContainerName=jobs", "The connection string of the container 'jobs' cannot be read; ")]
    public void Parse_AnythingElse_SaysWhatIsAllowedAndNoSecret(string setting, string start)
    {
        var exception = Assert.Throws<InvalidInputException>(() => StoreLocation.Parse(setting));

        Assert.StartsWith(start, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString().Replace("shared", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_Folder_MakesItAndKeepsFilesInIt()
    {
        using var folder = new TemporaryFolder();

        var store = await StoreLocation.Parse(folder.File("new")).OpenAsync(Cancel);

        Assert.True(await store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel));
        Assert.True(File.Exists(folder.File("new/job/a")));
    }

    [Fact]
    public async Task OpenAsync_FolderThatCannotBeWritten_SaysSo() =>
        await Assert.ThrowsAsync<InvalidInputException>(() => StoreLocation.Parse("/proc/store").OpenAsync(Cancel));

    [Fact]
    public async Task OpenForReadingAsync_Folder_ReadsItAndNeverMakesOne()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", "x");

        Assert.Equal("x"u8.ToArray(), await (await StoreLocation.Parse(folder.Path).OpenForReadingAsync(Cancel)).ReadAsync("a", Cancel));

        var missing = folder.File("missing");
        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => StoreLocation.Parse(missing).OpenForReadingAsync(Cancel));
        Assert.Equal($"There is no folder '{missing}'.", exception.Message);
        Assert.False(Directory.Exists(missing));
    }
}
