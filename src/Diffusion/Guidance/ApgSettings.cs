namespace Atelier.Diffusion.Guidance;

/// <summary>Adaptive projected guidance (Sadat et al. 2024, arXiv:2410.02416).</summary>
/// <param name="Eta">Weight of the direction's part parallel to the image; 1 with the others 0 is plain guidance. 0 or more.</param>
/// <param name="NormThreshold">Longest direction, as the norm of an image in [-1, 1]; 0 does not bound it.</param>
/// <param name="Momentum">beta of the running sum of directions, above -1 to below 1; 0 remembers nothing.</param>
public sealed record ApgSettings(double Eta = 0, double NormThreshold = 15, double Momentum = -0.5);
