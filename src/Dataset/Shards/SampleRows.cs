namespace Atelier.Dataset.Shards;

/// <summary>Some columns of consecutive samples.</summary>
public sealed class SampleRows
{
    private readonly IReadOnlyDictionary<ShardColumn, Array> _values;

    internal SampleRows(long firstSample, int count, IReadOnlyDictionary<ShardColumn, Array> values) => (FirstSample, Count, _values) = (firstSample, count, values);

    /// <summary>Number of the first sample in the job.</summary>
    public long FirstSample { get; }

    /// <summary>How many samples.</summary>
    public int Count { get; }

    /// <summary>The values of a column, one for each sample.</summary>
    /// <typeparam name="T">Type of its values.</typeparam>
    /// <param name="column">The column.</param>
    /// <exception cref="ArgumentException">It was not asked for.</exception>
    public IReadOnlyList<T> Values<T>(ShardColumn<T> column) => (T[])ValuesOf(column);

    /// <summary>A value, of whatever type the column has; null where the sample has none.</summary>
    /// <param name="column">The column.</param>
    /// <param name="index">Which of the samples, from 0.</param>
    /// <exception cref="ArgumentException">The column was not asked for.</exception>
    public object? ValueOf(ShardColumn column, int index) => ValuesOf(column).GetValue(index);

    private Array ValuesOf(ShardColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return _values.TryGetValue(column, out var values) ? values : throw new ArgumentException($"The column {column.Name} was not read.", nameof(column));
    }
}
