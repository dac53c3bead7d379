using System.Text.Json;
using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;

namespace Atelier.Cli.Tests.Access;

public sealed class AccessCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Store => _folder["store"];

    [Fact]
    public async Task Add_ThenList_ShowsTheSecretOnce_AndItOpensTheKeyOfTheStore()
    {
        var (code, output, error) = await CommandLine.RunAsync(
            "access", "add", "--owner", "ada", "--scope", "operate", "--label", "nightly", "--days", "30", "--samples-per-day", "5000", "--jobs-at-once", "2", "--store", Store);

        Assert.Equal((0, ""), (code, error));
        var token = AccessToken.TryParse(output.Trim().Split('\n')[^1].Trim());
        var key = await AccessKeys.ReadAsync(new DirectoryStore(Store), token!.Id, 0, TestContext.Current.CancellationToken);
        Assert.True(token.Opens(key));
        Assert.Equal((AccessScope.Operate, "ada", "nightly", 5000L, 2), (key.Scope, key.Owner, key.Label, key.Quota!.SamplesPerDay, key.Quota.JobsAtOnce));

        var listed = (await CommandLine.RunAsync("access", "list", "--store", Store)).Output;
        Assert.StartsWith($"{token.Id}  operate  until ", listed, StringComparison.Ordinal);
        Assert.EndsWith("  ada  nightly  5,000 samples a day  2 jobs at once", listed.Trim(), StringComparison.Ordinal);
        Assert.DoesNotContain(token.Reveal(), listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_ByItsIdOrByItself_EndsAKey()
    {
        using var made = JsonDocument.Parse((await CommandLine.RunAsync("access", "add", "--owner", "bo", "--json", "--store", Store)).Output);
        var secret = made.RootElement.GetProperty("secret").GetString()!;

        var (code, _, _) = await CommandLine.RunAsync("access", "revoke", secret, "--store", Store);
        var (again, _, _) = await CommandLine.RunAsync("access", "revoke", made.RootElement.GetProperty("key").GetProperty("id").GetString()!, "--store", Store);

        Assert.Equal((0, 0), (code, again));
        using var listed = JsonDocument.Parse((await CommandLine.RunAsync("access", "list", "--json", "--store", Store)).Output);
        Assert.Equal(("submit", JsonValueKind.String), (listed.RootElement.GetProperty("scope").GetString(), listed.RootElement.GetProperty("revoked").ValueKind));
        var day = DateOnly.FromDateTime(DateTime.UtcNow);
        Assert.Equal(["key.create", "key.revoke", "key.revoke"], (await AuditFiles.ReadDayAsync(new DirectoryStore(Store), day, null, 10, TestContext.Current.CancellationToken)).Select(one => one.Line.Act).Order());
    }

    [Theory]
    [InlineData("revoke nothing", "'nothing' is not the id of a key: 12 hexadecimal digits, as atelier access list has them")]
    [InlineData("revoke 0123456789ab", "there is no key 0123456789ab")]
    [InlineData("add --scope all", "--scope is 'all'; allowed: submit, read, operate, admin")]
    [InlineData("add --jobs-at-once 0", "--jobs-at-once is '0'; allowed: 1 to 2147483647")]
    public async Task Command_ThatCannotBe_IsRefusedInWords(string arguments, string message)
    {
        Directory.CreateDirectory(Store);
        var (code, _, error) = await CommandLine.RunAsync(["access", .. arguments.Split(' '), "--store", Store]);
        Assert.Equal((2, message), (code, error));
    }

    public void Dispose() => _folder.Dispose();
}
