using System.Reflection;
using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace Atelier.Dataset.Shards;

/// <summary>A column of the parquet file of a shard: a property of <see cref="ShardRow"/>.</summary>
public abstract class ShardColumn
{
    private protected ShardColumn(PropertyInfo property, Func<string, DataField> field)
    {
        Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Field = field(Name);
    }

    /// <summary>Its name: that of the property, in snake_case.</summary>
    public string Name { get; }

    /// <summary>Type of its values that are there: <c>string</c>, <c>bool</c>, <c>double</c>, or an integer type.</summary>
    public Type Type { get; }

    /// <summary>Whether a row may have no value in it.</summary>
    public bool IsNullable => Field.IsNullable;

    internal DataField Field { get; }

    /// <summary>The value that a row has.</summary>
    internal abstract object? ValueOf(ShardRow row);

    /// <summary>Writes the values of rows, in order.</summary>
    internal abstract Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<ShardRow> rows, CancellationToken cancellationToken);

    /// <summary>Room for the values of some rows.</summary>
    internal abstract Array Allocate(int rows);

    /// <summary>Reads the values of a row group.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="range">Which of its rows are wanted; the column chunk is read whole.</param>
    /// <param name="into">Where their values go: what <see cref="Allocate"/> gave.</param>
    /// <param name="at">Place of the first of them there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">A text is missing that must be there.</exception>
    internal abstract Task ReadAsync(ParquetRowGroupReader group, Range range, Array into, int at, CancellationToken cancellationToken);

    /// <summary>Gives a row its value, which is at an index of the values read.</summary>
    internal abstract void Set(ShardRow row, Array values, int index);
}
