namespace Atelier.Dashboard.Problems;

/// <summary>Stable names of problems that are met in several places.</summary>
internal static class ProblemCodes
{
    public const string InvalidInput = "input.invalid";
    public const string ClusterUnreachable = "cluster.unreachable";
    public const string StoreUnreachable = "store.unreachable";
}
