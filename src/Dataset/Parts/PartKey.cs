using System.Security.Cryptography;
using System.Text;

namespace Atelier.Dataset.Parts;

/// <summary>Which batch of which job a part holds, and the arithmetic it was drawn with: another attempt may use it only if all of it agrees.</summary>
/// <param name="Incarnation">The job's incarnation, with which its spec, rows and plan are fixed.</param>
/// <param name="NumericsClass">The numerics class of the worker.</param>
/// <param name="Shard">Zero-based shard number.</param>
/// <param name="Batch">Zero-based number of the batch in the shard.</param>
internal sealed record PartKey(Guid Incarnation, string NumericsClass, int Shard, int Batch)
{
    private const int BindingDigits = 16;

    /// <summary>Incarnation and numerics class in a few digits, so that a listing tells parts of others without opening them.</summary>
    public string Binding =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Incarnation:N} {NumericsClass}")))[..BindingDigits];
}
