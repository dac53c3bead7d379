using System.Numerics;

namespace Atelier.Grains.Leasing;

/// <summary>A set of shard numbers: one bit each, and where the lowest may be, so that taking the lowest again and again is cheap.</summary>
internal sealed class ShardSet(int size)
{
    private readonly ulong[] _words = new ulong[(size + 63) / 64];
    private int _lowestWord;

    public int Count { get; private set; }

    /// <summary>The lowest number; -1 when the set is empty.</summary>
    public int Min
    {
        get
        {
            if (Count == 0) return -1;
            while (_words[_lowestWord] == 0) _lowestWord++;
            return _lowestWord * 64 + BitOperations.TrailingZeroCount(_words[_lowestWord]);
        }
    }

    public static ShardSet Full(int size)
    {
        var set = new ShardSet(size) { Count = size };
        Array.Fill(set._words, ulong.MaxValue);
        if (size % 64 != 0) set._words[^1] = (1UL << (size % 64)) - 1;
        return set;
    }

    public bool Contains(int shard) => (_words[shard / 64] & (1UL << (shard % 64))) != 0;

    /// <returns>Whether it was not there.</returns>
    public bool Add(int shard)
    {
        if (Contains(shard)) return false;
        _words[shard / 64] |= 1UL << (shard % 64);
        _lowestWord = Math.Min(_lowestWord, shard / 64);
        Count++;
        return true;
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(int shard)
    {
        if (!Contains(shard)) return false;
        _words[shard / 64] &= ~(1UL << (shard % 64));
        Count--;
        return true;
    }

    /// <summary>The numbers in ascending order; the set may not change meanwhile.</summary>
    public IEnumerable<int> Ascending()
    {
        for (var word = _lowestWord; word < _words.Length; word++)
        {
            for (var bits = _words[word]; bits != 0; bits &= bits - 1) yield return word * 64 + BitOperations.TrailingZeroCount(bits);
        }
    }
}
