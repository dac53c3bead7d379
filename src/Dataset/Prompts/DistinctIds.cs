using Atelier.Dataset.RowIds;

namespace Atelier.Dataset.Prompts;

/// <summary>Finds an id used twice, by its hash: of a billion ids, two are mixed up with probability 1e-21.</summary>
internal sealed class DistinctIds(string path)
{
    private readonly Dictionary<UInt128, long> _lines = [];

    public void Add(string id, long line)
    {
        var hash = RowIdEntry.HashOf(id);
        if (!_lines.TryAdd(hash, line))
            throw PromptFields.Invalid($"{path} line {line}", RowProblemCodes.Twice, PromptFields.Id, id, $"the id {PromptFields.Show(id)} is also that of line {_lines[hash]}; ids must differ");
    }
}
