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

    /// <summary>Reads the values of a row group into rows.</summary>
    /// <exception cref="InvalidDataException">A text is missing that must be there.</exception>
    internal abstract Task ReadAsync(ParquetRowGroupReader group, IReadOnlyList<ShardRow> rows, CancellationToken cancellationToken);
}
