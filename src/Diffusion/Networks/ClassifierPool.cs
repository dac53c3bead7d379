using System.Text.Json.Serialization;

namespace Atelier.Diffusion.Networks;

/// <summary>How a classifier makes one vector of an image's features.</summary>
public enum ClassifierPool
{
    /// <summary>Mean over the coarsest features, then a linear layer.</summary>
    [JsonStringEnumMemberName("adaptive")] Adaptive,

    /// <summary>Attention whose one query is the mean, as in CLIP (Radford et al. 2021, arXiv:2103.00020); the published classifiers' pool.</summary>
    [JsonStringEnumMemberName("attention")] Attention,

    /// <summary>Means of every block's features, then two linear layers with a ReLU between.</summary>
    [JsonStringEnumMemberName("spatial")] Spatial,

    /// <summary>As Spatial, with a group norm and SiLU between.</summary>
    [JsonStringEnumMemberName("spatial_v2")] SpatialV2,
}
