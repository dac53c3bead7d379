using Atelier.Input;
using static Atelier.Diffusion.Weights.PickleOpcode;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// Python's pickle machine as far as checkpoints need it: it builds None, booleans, numbers, strings, bytes, tuples (arrays here), lists,
/// dictionaries and, by <see cref="CheckpointCalls"/>, references to tensors. It cannot do anything else: there is no import and no call of
/// a name that the file brings along.
/// </summary>
/// <remarks>
/// Semantics: CPython, Lib/pickletools.py and Lib/pickle.py (PEP 307 for protocol 2, PEP 3154 for protocol 4). Every instruction makes at
/// most one value or moves what is there, and calls copy no more items than bytes were read, as each item of a picklers' lists is written out once. So time
/// and memory are in proportion to the bytes read, which are bounded too.
/// </remarks>
internal sealed class Unpickler(Stream stream, string path, CheckpointCalls calls)
{
    private const int MaxValues = 1 << 22;
    private const int MaxProtocol = 5;

    private readonly PickleReader _reader = new(stream, path);
    private readonly PickleStack _stack = new(path);
    private readonly List<object?> _memo = [];
    private int _values;
    private long _copied;

    /// <summary>Runs one pickle up to its end.</summary>
    /// <returns>The value that it builds; what it holds may hold it again.</returns>
    /// <exception cref="InvalidDataException">It is malformed, truncated, too large, or mentions what no checkpoint needs.</exception>
    public object? Load()
    {
        for (PickleOpcode instruction; (instruction = (PickleOpcode)_reader.ReadByte()) != Stop;) Run(instruction);
        return _stack.Pop();
    }

    private void Run(PickleOpcode instruction)
    {
        switch (instruction)
        {
            case Protocol: CheckProtocol(_reader.ReadByte()); break;
            case Frame: _reader.ReadUInt64(); break;

            case Mark: _stack.PushMark(); break;
            case Pop when _stack.IsAtMark: _stack.PopMark(); break;
            case Pop: _stack.Pop(); break;
            case PopMark: _stack.PopMark(); break;
            case Dup: _stack.Push(_stack.Peek()); break;

            case None: _stack.Push(null); break;
            case True: Make(true); break;
            case False: Make(false); break;
            case IntLine or LongLine: Make(_reader.ReadIntegerLine()); break;
            case FloatLine: Make(_reader.ReadFloatLine()); break;
            case Int4: Make((long)_reader.ReadInt32()); break;
            case Int1: Make((long)_reader.ReadByte()); break;
            case Int2: Make((long)_reader.ReadUInt16()); break;
            case Long1: Make(_reader.ReadInteger(_reader.ReadByte())); break;
            case Long4: Make(_reader.ReadInteger(_reader.ReadInt32())); break;
            case Float8: Make(_reader.ReadFloat64()); break;

            case StringLine: Make(_reader.ReadQuotedLine()); break;
            case UnicodeLine: Make(_reader.ReadUnicodeLine()); break;
            case Unicode1 or String1: Make(_reader.ReadText(_reader.ReadByte())); break;
            case Unicode4 or String4: Make(_reader.ReadText(_reader.ReadUInt32())); break;
            case Unicode8: Make(_reader.ReadText(_reader.ReadUInt64())); break;
            case Bytes1: Make(_reader.ReadBytes((ulong)_reader.ReadByte())); break;
            case Bytes4: Make(_reader.ReadBytes((ulong)_reader.ReadUInt32())); break;
            case Bytes8: Make(_reader.ReadBytes(_reader.ReadUInt64())); break;

            case EmptyTuple: Make(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple: Make(_stack.PopMark()); break;
            case Tuple1: Make(_stack.PopMany(1)); break;
            case Tuple2: Make(_stack.PopMany(2)); break;
            case Tuple3: Make(_stack.PopMany(3)); break;
            case EmptyList: Make(new List<object?>()); break;
            case List: Make(new List<object?>(_stack.PopMark())); break;
            case Append: Extend(_stack.PopMany(1)); break;
            case Appends: Extend(_stack.PopMark()); break;
            case EmptyDict: Make(new PickleDictionary()); break;
            case Dict: MakeDictionary(_stack.PopMark()); break;
            case SetItem: Update(_stack.PopMany(2)); break;
            case SetItems: Update(_stack.PopMark()); break;

            case GetLine: _stack.Push(Recall(_reader.ReadIntegerLine())); break;
            case Get1: _stack.Push(Recall((long)_reader.ReadByte())); break;
            case Get4: _stack.Push(Recall((long)_reader.ReadUInt32())); break;
            case PutLine: Memorize(_reader.ReadIntegerLine()); break;
            case Put1: Memorize((long)_reader.ReadByte()); break;
            case Put4: Memorize((long)_reader.ReadUInt32()); break;
            case Memoize: Memorize((long)_memo.Count); break;

            case Global: MakeGlobal(_reader.ReadLine(), _reader.ReadLine()); break;
            case StackGlobal: MakeGlobal(_stack.PopMany(2)); break;
            case Reduce: Call(_stack.PopMany(2)); break;
            case Build: SetState(_stack.PopMany(1)[0]); break;
            case Persistent: Make(calls.Storage(_stack.Pop())); break;

            // What makes instances of classes is refused by the class's name, even where the class is known.
            case Instance: throw CheckpointError.Forbidden(path, $"{_reader.ReadLine()}.{_reader.ReadLine()}");
            case PickleOpcode.Object or NewObject or NewObjectExtended: throw CheckpointError.Forbidden(path, "the constructor of a class");
            case Extension1: throw Extension(_reader.ReadByte());
            case Extension2: throw Extension((uint)_reader.ReadUInt16());
            case Extension4: throw Extension(_reader.ReadUInt32());
            case PersistentLine: throw Bad($"its pickle has the persistent id {PrintableText.Of(_reader.ReadLine())}");
            default: throw Bad($"its pickle has the instruction 0x{(byte)instruction:X2}, which no checkpoint needs");
        }
    }

    private void CheckProtocol(byte protocol)
    {
        if (protocol > MaxProtocol) throw Bad($"its pickle has protocol {protocol}; known: 0 to {MaxProtocol}");
    }

    private void Make(object? value)
    {
        if (++_values > MaxValues) throw Bad($"its pickle has more than {MaxValues} values");
        _stack.Push(value);
    }

    private void Extend(object?[] values)
    {
        if (_stack.Peek() is not List<object?> list) throw Bad("its pickle appends to something that is no list");
        list.AddRange(values);
    }

    private void MakeDictionary(object?[] items)
    {
        Make(new PickleDictionary());
        Update(items);
    }

    private void Update(object?[] items)
    {
        if (_stack.Peek() is not PickleDictionary dictionary) throw Bad("its pickle sets an item of something that is no dictionary");
        if (items.Length % 2 != 0) throw Bad("its pickle has a key without a value");
        for (var i = 0; i < items.Length; i += 2)
        {
            if (!dictionary.TryAdd(items[i], items[i + 1]))
                throw Bad($"a dictionary has the key '{PrintableText.Of((string)items[i]!)}' twice");
        }
    }

    private object? Recall(object index) => index is long and >= 0 and var known && known < _memo.Count
        ? _memo[(int)known]
        : throw Bad($"its pickle recalls value {index}, which it never stored");

    private void Memorize(object index)
    {
        var value = _stack.Peek();
        // Picklers number what they store from 0; a gap is where something that nothing recalls was left out. It took a byte at least.
        if (index is not (long and >= 0 and var number) || number >= Math.Min(MaxValues, _reader.BytesRead)) throw Bad($"its pickle stores a value as number {index}");
        while (_memo.Count <= number) _memo.Add(null);
        _memo[(int)number] = value;
    }

    private void MakeGlobal(object?[] names)
    {
        if (names is not [string module, string name]) throw Bad("its pickle mentions a global whose name is no string");
        MakeGlobal(module, name);
    }

    private void MakeGlobal(string module, string name) => Make(CheckpointGlobals.Find(path, module, name));

    private void Call(object?[] call)
    {
        if (call[1] is object?[] arguments)
        {
            Copy(arguments.Length);
            foreach (var argument in arguments) Copy((argument as object?[])?.Length ?? (argument as List<object?>)?.Count ?? 0);
        }
        Make(calls.Call(call[0], call[1]));
    }

    private void Copy(int items)
    {
        if ((_copied += items) > _reader.BytesRead) throw Bad("its pickle calls functions with the same lists again and again");
    }

    // A network's state dict carries a dictionary of versions as an attribute; it says nothing about the tensors.
    private void SetState(object? state)
    {
        if (_stack.Peek() is not PickleDictionary || state is not PickleDictionary)
            throw Bad("its pickle sets the state of something that is no OrderedDict");
    }

    private InvalidDataException Extension(uint code) => CheckpointError.Forbidden(path, $"extension {code} of Python's registry");

    private InvalidDataException Bad(string reason) => CheckpointError.Unusable(path, reason);
}
