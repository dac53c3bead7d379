namespace Atelier.Dashboard.Problems;

/// <summary>No silo answers in time; what the store alone knows can still be served.</summary>
internal sealed class ClusterUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
