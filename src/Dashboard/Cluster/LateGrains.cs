using System.Reflection;
using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Cluster;

/// <summary>The grains of a cluster that may be connected later, and that this program does not own.</summary>
// Made at run time, since of the interface's many methods none needs anything but passing on. The class is public to whoever makes it.
internal class LateGrains : DispatchProxy
{
    private ClusterLink? _cluster;

    /// <summary>The grains; each use throws <see cref="ClusterUnreachableException"/> while there are none.</summary>
    public static IGrainFactory Of(ClusterLink cluster)
    {
        var grains = Create<IGrainFactory, LateGrains>();
        ((LateGrains)(object)grains)._cluster = cluster;
        return grains;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Invoke(_cluster!.Grains ?? throw new ClusterUnreachableException("no silo answers"), BindingFlags.DoNotWrapExceptions, null, args, null);
}
