using System.Reflection;
using Parquet;
using Parquet.Schema;

namespace Atelier.Dataset.Shards;

/// <summary>A column, by the type of its values.</summary>
/// <typeparam name="T">Type of the property, which is nullable where the column is.</typeparam>
public sealed class ShardColumn<T> : ShardColumn
{
    private readonly Func<ShardRow, T> _get;
    private readonly Action<ShardRow, T> _set;
    private readonly Func<ParquetRowGroupWriter, DataField, T[], CancellationToken, Task> _write;
    private readonly Func<ParquetRowGroupReader, DataField, T[], CancellationToken, ValueTask> _read;

    internal ShardColumn(
        PropertyInfo property,
        Func<string, DataField> field,
        Func<ParquetRowGroupWriter, DataField, T[], CancellationToken, Task> write,
        Func<ParquetRowGroupReader, DataField, T[], CancellationToken, ValueTask> read)
        : base(property, field)
    {
        _get = property.GetMethod!.CreateDelegate<Func<ShardRow, T>>();
        _set = property.SetMethod!.CreateDelegate<Action<ShardRow, T>>();
        (_write, _read) = (write, read);
    }

    /// <summary>The value that a row has.</summary>
    internal T Get(ShardRow row) => _get(row);

    internal override object? ValueOf(ShardRow row) => _get(row);

    internal override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<ShardRow> rows, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _write(group, Field, [.. rows.Select(_get)], cancellationToken);
    }

    internal override Array Allocate(int rows) => new T[rows];

    internal override async Task ReadAsync(ParquetRowGroupReader group, Range range, Array into, int at, CancellationToken cancellationToken)
    {
        var values = new T[group.RowCount];
        await _read(group, Field, values, cancellationToken).ConfigureAwait(false);
        // A damaged page may hold fewer values than it says.
        if (!IsNullable && values.Any(value => value is null)) throw new InvalidDataException($"lacks values of {Name}");
        values.AsSpan(range).CopyTo(((T[])into).AsSpan(at));
    }

    internal override void Set(ShardRow row, Array values, int index) => _set(row, ((T[])values)[index]);
}
