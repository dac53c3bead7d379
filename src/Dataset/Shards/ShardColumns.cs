using System.Reflection;
using Parquet.Schema;

namespace Atelier.Dataset.Shards;

/// <summary>
/// The columns of the parquet file of a shard, in its order: the one list of them, from which its schema, writing and reading, the metadata in the tar and the dataset card
/// follow.
/// </summary>
public static class ShardColumns
{
    // Filled by the columns below, which is why it is before them.
    private static readonly List<ShardColumn> Declared = [];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ShardColumn> All => Declared;

    /// <inheritdoc cref="ShardRow.Key"/>
    public static ShardColumn<string> Key { get; } = Text(nameof(ShardRow.Key));

    /// <inheritdoc cref="ShardRow.Row"/>
    public static ShardColumn<long> Row { get; } = Value<long>(nameof(ShardRow.Row));

    /// <inheritdoc cref="ShardRow.Image"/>
    public static ShardColumn<int> Image { get; } = Value<int>(nameof(ShardRow.Image));

    /// <inheritdoc cref="ShardRow.Seed"/>
    public static ShardColumn<ulong> Seed { get; } = Value<ulong>(nameof(ShardRow.Seed));

    /// <inheritdoc cref="ShardRow.Status"/>
    public static ShardColumn<string> Status { get; } = Text(nameof(ShardRow.Status));

    /// <inheritdoc cref="ShardRow.ErrorCode"/>
    public static ShardColumn<string?> ErrorCode { get; } = OptionalText(nameof(ShardRow.ErrorCode));

    /// <inheritdoc cref="ShardRow.GuidanceScale"/>
    public static ShardColumn<double> GuidanceScale { get; } = Value<double>(nameof(ShardRow.GuidanceScale));

    /// <inheritdoc cref="ShardRow.Width"/>
    public static ShardColumn<int?> Width { get; } = Optional<int>(nameof(ShardRow.Width));

    /// <inheritdoc cref="ShardRow.Height"/>
    public static ShardColumn<int?> Height { get; } = Optional<int>(nameof(ShardRow.Height));

    /// <inheritdoc cref="ShardRow.Bytes"/>
    public static ShardColumn<long?> Bytes { get; } = Optional<long>(nameof(ShardRow.Bytes));

    /// <inheritdoc cref="ShardRow.ImageOffset"/>
    public static ShardColumn<long?> ImageOffset { get; } = Optional<long>(nameof(ShardRow.ImageOffset));

    /// <inheritdoc cref="ShardRow.Id"/>
    public static ShardColumn<string?> Id { get; } = OptionalText(nameof(ShardRow.Id));

    /// <inheritdoc cref="ShardRow.Prompt"/>
    public static ShardColumn<string> Prompt { get; } = Text(nameof(ShardRow.Prompt));

    /// <summary>The columns that a list of samples shows: the first of them all, one beside the other in the file, so that few reads give them.</summary>
    public static IReadOnlyList<ShardColumn> Listing { get; } = [.. Declared];

    /// <inheritdoc cref="ShardRow.RowSeed"/>
    public static ShardColumn<ulong?> RowSeed { get; } = Optional<ulong>(nameof(ShardRow.RowSeed));

    /// <inheritdoc cref="ShardRow.NegativePrompt"/>
    public static ShardColumn<string> NegativePrompt { get; } = Text(nameof(ShardRow.NegativePrompt));

    /// <inheritdoc cref="ShardRow.Label"/>
    public static ShardColumn<string?> Label { get; } = OptionalText(nameof(ShardRow.Label));

    /// <inheritdoc cref="ShardRow.Class"/>
    public static ShardColumn<int?> Class { get; } = Optional<int>(nameof(ShardRow.Class));

    /// <inheritdoc cref="ShardRow.ClassifierScale"/>
    public static ShardColumn<double> ClassifierScale { get; } = Value<double>(nameof(ShardRow.ClassifierScale));

    /// <inheritdoc cref="ShardRow.InputSha256"/>
    public static ShardColumn<string?> InputSha256 { get; } = OptionalText(nameof(ShardRow.InputSha256));

    /// <inheritdoc cref="ShardRow.Sampler"/>
    public static ShardColumn<string> Sampler { get; } = Text(nameof(ShardRow.Sampler));

    /// <inheritdoc cref="ShardRow.Steps"/>
    public static ShardColumn<int> Steps { get; } = Value<int>(nameof(ShardRow.Steps));

    /// <inheritdoc cref="ShardRow.Eta"/>
    public static ShardColumn<double> Eta { get; } = Value<double>(nameof(ShardRow.Eta));

    /// <inheritdoc cref="ShardRow.Model"/>
    public static ShardColumn<string> Model { get; } = Text(nameof(ShardRow.Model));

    /// <inheritdoc cref="ShardRow.ModelDigest"/>
    public static ShardColumn<string> ModelDigest { get; } = Text(nameof(ShardRow.ModelDigest));

    /// <inheritdoc cref="ShardRow.Format"/>
    public static ShardColumn<string> Format { get; } = Text(nameof(ShardRow.Format));

    /// <inheritdoc cref="ShardRow.Tokens"/>
    public static ShardColumn<int> Tokens { get; } = Value<int>(nameof(ShardRow.Tokens));

    /// <inheritdoc cref="ShardRow.Truncated"/>
    public static ShardColumn<bool> Truncated { get; } = Value<bool>(nameof(ShardRow.Truncated));

    /// <inheritdoc cref="ShardRow.ErrorMessage"/>
    public static ShardColumn<string?> ErrorMessage { get; } = OptionalText(nameof(ShardRow.ErrorMessage));

    /// <inheritdoc cref="ShardRow.PixelSha256"/>
    public static ShardColumn<string?> PixelSha256 { get; } = OptionalText(nameof(ShardRow.PixelSha256));

    internal static ParquetSchema Schema { get; } = new(All.Select(column => column.Field));

    private static ShardColumn<string> Text(string property) => Declare<string>(new(
        Property(property),
        name => new DataField<string>(name, nullable: false),
        (group, field, values, _) => group.WriteAsync(field, values),
        (group, field, values, cancellationToken) => group.ReadAsync(field, values.AsMemory()!, cancellationToken: cancellationToken)));

    private static ShardColumn<string?> OptionalText(string property) => Declare<string?>(new(
        Property(property),
        name => new DataField<string>(name, nullable: true),
        (group, field, values, _) => group.WriteAsync(field, values!),
        (group, field, values, cancellationToken) => group.ReadAsync(field, values.AsMemory(), cancellationToken: cancellationToken)));

    private static ShardColumn<T> Value<T>(string property)
        where T : struct => Declare<T>(new(
            Property(property),
            name => new DataField<T>(name),
            (group, field, values, cancellationToken) => group.WriteAsync<T>(field, values.AsMemory(), cancellationToken: cancellationToken),
            (group, field, values, cancellationToken) => group.ReadAsync(field, values.AsMemory(), cancellationToken: cancellationToken)));

    private static ShardColumn<T?> Optional<T>(string property)
        where T : struct => Declare<T?>(new(
            Property(property),
            name => new DataField<T?>(name),
            (group, field, values, cancellationToken) => group.WriteAsync<T>(field, values.AsMemory(), cancellationToken: cancellationToken),
            (group, field, values, cancellationToken) => group.ReadAsync(field, values.AsMemory(), cancellationToken: cancellationToken)));

    private static ShardColumn<T> Declare<T>(ShardColumn<T> column)
    {
        Declared.Add(column);
        return column;
    }

    private static PropertyInfo Property(string name) => typeof(ShardRow).GetProperty(name)!;
}
