namespace Atelier.Dashboard.Models;

/// <summary>How well images of a model follow their captions at one guidance scale, and how much they differ.</summary>
/// <param name="Guidance">The guidance scale.</param>
/// <param name="OneObject">Captions of one object whose images were judged right.</param>
/// <param name="TwoObjects">The same of two objects.</param>
/// <param name="Diversity">Mean distance of pixels between images of one caption, from 0 to 1.</param>
public sealed record GuidanceResult(double Guidance, JudgedShare OneObject, JudgedShare TwoObjects, double Diversity);

/// <summary>A share of judged images, from 0 to 1, with the ends of its interval of 95 %.</summary>
public readonly record struct JudgedShare(double Rate, double Low, double High);
