using System.CommandLine;
using System.Globalization;
using Atelier.Abstractions;
using Atelier.Cli.Cluster;
using Atelier.Cli.Jobs;
using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;
using Atelier.Input;
using Spectre.Console;

namespace Atelier.Cli.Access;

/// <summary><c>atelier access</c>: the keys of dashboards, made and revoked where their store is, so that a first one can be had.</summary>
internal static class AccessCommand
{
    private const int MaxDays = 3650;

    private static readonly Option<string> ClusterAt = ClusterOption.Create();
    private static readonly Option<bool> Json = JobOptions.Json();
    private static readonly Option<string> Scope = Options.Word("--scope", ["submit", "read", "operate", "admin"], "What the key allows; each includes those before: read, submit, operate, admin.");
    private static readonly Option<string> Owner = new("--owner") { Description = "In whose name its bearer acts.", DefaultValueFactory = _ => Environment.UserName };
    private static readonly Option<string?> Label = new("--label") { Description = "What it is for." };
    private static readonly Option<int?> Days = Options.OptionalNumber("--days", 1, MaxDays, "Days after which it opens nothing any more. Default: never.");
    private static readonly Option<long?> SamplesPerDay = Options.OptionalNumber("--samples-per-day", 1, long.MaxValue, "Samples of jobs that its bearer may submit on a day of UTC. Default: any number.");
    private static readonly Option<int?> JobsAtOnce = Options.OptionalNumber("--jobs-at-once", 1, int.MaxValue, "Jobs of its bearer that may be unfinished at one time. Default: any number.");
    private static readonly Argument<string> Key = new("key") { Description = "Id of the key, or the key itself." };

    /// <summary>The command and its subcommands.</summary>
    /// <param name="console">Where to report.</param>
    public static Command Create(IAnsiConsole console)
    {
        var add = new Command("add", "Make a key and show it, this once.") { Scope, Owner, Label, Days, SamplesPerDay, JobsAtOnce };
        var list = new Command("list", "List the keys, without their secrets.");
        var revoke = new Command("revoke", "Let a key open nothing any more, for good.") { Key };
        add.SetAction((result, cancellationToken) => AddAsync(result, console, cancellationToken));
        list.SetAction((result, cancellationToken) => ListAsync(result, console, cancellationToken));
        revoke.SetAction((result, cancellationToken) => RevokeAsync(result, console, cancellationToken));
        var command = new Command("access", "Make, list and revoke the keys of dashboards; needs access to the store.") { add, list, revoke };
        foreach (var one in command.Subcommands)
            foreach (var option in (Option[])[StoreCommands.Store, ClusterAt, Json]) one.Add(option);
        return command;
    }

    private static async Task<int> AddAsync(ParseResult result, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var store = await (await LocationAsync(result, cancellationToken)).OpenAsync(cancellationToken);
        var (now, by) = (TimeProvider.System.GetUtcNow(), Name());
        var (scope, owner) = (Enum.Parse<AccessScope>(result.GetValue(Scope)!, ignoreCase: true), result.GetValue(Owner)!);
        await WriteAsync(store, "key.create", $"{result.GetValue(Scope)} for {owner}", result.GetValue(Label), cancellationToken);
        var (key, token) = await AccessKeys.AddAsync(
            store, scope, owner, result.GetValue(Label), result.GetValue(Days) is { } days ? now.AddDays(days) : null, by, now,
            new AccessQuota { SamplesPerDay = result.GetValue(SamplesPerDay), JobsAtOnce = result.GetValue(JobsAtOnce) }, cancellationToken);
        if (result.GetValue(Json))
        {
            ProgressDisplay.Print(console, JobReport.ToJson(new { Key = Shown(key), Secret = token.Reveal() }));
            return ExitCodes.Success;
        }
        ProgressDisplay.Print(console, Line(key, now));
        ProgressDisplay.Print(console, "It cannot be shown again:");
        ProgressDisplay.Print(console, token.Reveal());
        return ExitCodes.Success;
    }

    private static async Task<int> ListAsync(ParseResult result, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var store = await (await LocationAsync(result, cancellationToken)).OpenForReadingAsync(cancellationToken);
        var (now, count) = (TimeProvider.System.GetUtcNow(), 0);
        foreach (var (id, number) in await AccessKeys.ListAsync(store, cancellationToken))
        {
            var key = await AccessKeys.ReadAsync(store, id, number, cancellationToken);
            ProgressDisplay.Print(console, result.GetValue(Json) ? JobReport.ToJson(Shown(key)) : Line(key, now));
            count++;
        }
        if (count == 0 && !result.GetValue(Json)) ProgressDisplay.Print(console, "There are no keys; atelier access add makes one.");
        return ExitCodes.Success;
    }

    private static async Task<int> RevokeAsync(ParseResult result, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var given = result.GetValue(Key)!;
        var id = AccessToken.TryParse(given)?.Id ?? given;
        var store = await (await LocationAsync(result, cancellationToken)).OpenAsync(cancellationToken);
        if (!AccessToken.IsId(id)) throw new InvalidInputException($"'{PrintableText.Of(id)}' is not the id of a key: 12 hexadecimal digits, as atelier access list has them");
        await WriteAsync(store, "key.revoke", id, null, cancellationToken);
        if (!await AccessKeys.RevokeAsync(store, id, Name(), TimeProvider.System.GetUtcNow(), cancellationToken)) throw new InvalidInputException($"there is no key {id}");
        if (result.GetValue(Json)) ProgressDisplay.Print(console, JobReport.ToJson(new { Id = id, Revoked = true }));
        else ProgressDisplay.Print(console, $"{id} opens nothing any more; dashboards know within 5 seconds.");
        return ExitCodes.Success;
    }

    private static Task<StoreLocation> LocationAsync(ParseResult result, CancellationToken cancellationToken) => StoreCommands.LocationAsync(
        result, () => ClusterCommands.WithClientAsync(result.GetValue(ClusterAt)!, client => client.GetStoreAsync(cancellationToken), cancellationToken));

    // Before it is done, as dashboards do.
    private static Task WriteAsync(IStore store, string act, string target, string? reason, CancellationToken cancellationToken) =>
        AuditFiles.WriteAsync(store, new AuditLine { At = TimeProvider.System.GetUtcNow(), Who = Name(), Act = act, Target = target, Reason = reason }, cancellationToken);

    private static string Name() => $"{Environment.UserName}@{Environment.MachineName}";

    private static object Shown(AccessKey key) => new { key.Id, key.Scope, key.Owner, key.Label, key.Created, key.CreatedBy, key.Expires, key.Revoked, key.Quota };

    private static string Line(AccessKey key, DateTimeOffset now)
    {
        var state = key switch
        {
            { Revoked: { } at } => $"revoked {at.UtcDateTime:yyyy-MM-dd}",
            { Expires: { } at } when at <= now => $"expired {at.UtcDateTime:yyyy-MM-dd}",
            { Expires: { } at } => $"until {at.UtcDateTime:yyyy-MM-dd}",
            _ => "valid",
        };
        var limits = string.Concat(
            key.Quota?.SamplesPerDay is { } samples ? string.Create(CultureInfo.InvariantCulture, $"  {samples:N0} samples a day") : "",
            key.Quota?.JobsAtOnce is { } jobs ? string.Create(CultureInfo.InvariantCulture, $"  {jobs:N0} jobs at once") : "");
        return $"{key.Id}  {key.Scope.ToString().ToLowerInvariant(),-7}  {state}  {PrintableText.Of(key.Owner)}{(key.Label is { } label ? $"  {PrintableText.Of(label)}" : "")}{limits}";
    }
}
