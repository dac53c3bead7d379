namespace Atelier.Diffusion.Weights;

/// <summary>The pickle machine's stack. A mark is where a sequence of unknown length begins; nothing below it can be taken before it ends.</summary>
internal sealed class PickleStack(string path)
{
    private const int MaxValues = 1 << 20;
    private const int MaxMarks = 1000;

    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    /// <summary>Whether the last sequence is still empty.</summary>
    public bool IsAtMark => _marks.Count > 0 && _marks[^1] == _values.Count;

    private int Available => _values.Count - (_marks.Count > 0 ? _marks[^1] : 0);

    public void Push(object? value)
    {
        if (_values.Count == MaxValues) throw Bad($"its pickle stacks more than {MaxValues} values");
        _values.Add(value);
    }

    public object? Peek() => Available > 0 ? _values[^1] : throw Bad("its pickle takes more values than it has");

    public object? Pop()
    {
        var value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>Takes so many values, in the order in which they were pushed.</summary>
    public object?[] PopMany(int count)
    {
        if (count > Available) throw Bad("its pickle takes more values than it has");
        object?[] values = [.. _values.GetRange(_values.Count - count, count)];
        _values.RemoveRange(_values.Count - count, count);
        return values;
    }

    public void PushMark()
    {
        if (_marks.Count == MaxMarks) throw Bad($"its pickle is nested more than {MaxMarks} deep");
        _marks.Add(_values.Count);
    }

    /// <summary>Takes the values since the last mark, and the mark.</summary>
    public object?[] PopMark()
    {
        if (_marks.Count == 0) throw Bad("its pickle ends a sequence that it did not begin");
        var values = PopMany(Available);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    private InvalidDataException Bad(string reason) => CheckpointError.Unusable(path, reason);
}
