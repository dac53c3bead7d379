namespace Atelier.Diffusion.Tokenization;

/// <summary>The ranked merges of a byte-pair vocabulary over token ids, and their application to one word.</summary>
internal sealed class MergeTable
{
    private const int Absent = -1;

    private readonly Dictionary<(int Left, int Right), (int Rank, int Result)> _merges = [];

    /// <summary>Adds a merge that ranks after all those added before.</summary>
    /// <returns>False, and no change, when the pair already has a merge.</returns>
    public bool TryAdd(int left, int right, int result) => _merges.TryAdd((left, right), (_merges.Count, result));

    /// <summary>
    /// Replaces, again and again, every occurrence from left to right of the adjacent pair with the lowest rank,
    /// until no adjacent pair has a merge (Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with
    /// Subword Units", arXiv:1508.07909, algorithm 1, applied).
    /// </summary>
    /// <remarks>
    /// A linked list of symbols and a queue of candidate pairs make it O(n log n). Prompts come from strangers, and a scan of the
    /// word for every merge would be quadratic in its length until the vocabulary runs out.
    /// </remarks>
    public int[] Apply(ReadOnlySpan<int> word)
    {
        var list = new SymbolList(word);
        var queue = new PriorityQueue<int, long>();
        for (var position = 0; position < word.Length; position++)
            Offer(position);

        var changed = new List<int>();
        while (queue.TryPeek(out _, out var lowest))
        {
            // A pair made by a merge waits until all occurrences of the merged pair are gone, even if it ranks lower:
            // a vocabulary file may list its merges in any order.
            var rank = RankOf(lowest);
            changed.Clear();
            while (queue.TryPeek(out var position, out var priority) && RankOf(priority) == rank)
            {
                queue.Dequeue();
                if (list.TryGetPair(position, out var pair) && _merges.TryGetValue(pair, out var merge) && merge.Rank == rank)
                {
                    list.Merge(position, merge.Result);
                    changed.Add(position);
                }
            }

            foreach (var position in changed)
            {
                Offer(list.Previous[position]);
                Offer(position);
            }
        }

        return list.ToArray();

        void Offer(int position)
        {
            if (list.TryGetPair(position, out var pair) && _merges.TryGetValue(pair, out var merge))
                queue.Enqueue(position, ((long)merge.Rank << 32) | (uint)position);
        }
    }

    private static int RankOf(long priority) => (int)(priority >> 32);

    /// <summary>A doubly linked list in arrays: a symbol is known by the position of its first byte.</summary>
    private readonly struct SymbolList
    {
        private readonly int[] _symbols;
        private readonly int[] _next;

        public SymbolList(ReadOnlySpan<int> word)
        {
            _symbols = word.ToArray();
            _next = new int[word.Length];
            Previous = new int[word.Length];
            for (var position = 0; position < word.Length; position++)
            {
                _next[position] = position + 1 < word.Length ? position + 1 : Absent;
                Previous[position] = position - 1;
            }
        }

        public int[] Previous { get; }

        public bool TryGetPair(int position, out (int Left, int Right) pair)
        {
            pair = default;
            if (position == Absent || _symbols[position] == Absent || _next[position] == Absent)
                return false;
            pair = (_symbols[position], _symbols[_next[position]]);
            return true;
        }

        public void Merge(int position, int result)
        {
            var consumed = _next[position];
            _symbols[position] = result;
            _symbols[consumed] = Absent;
            _next[position] = _next[consumed];
            if (_next[position] != Absent)
                Previous[_next[position]] = position;
        }

        public int[] ToArray() => [.. _symbols.Where(symbol => symbol != Absent)];
    }
}
