namespace Atelier.Abstractions.Tests.Compatibility;

/// <summary>A message as a release knows it.</summary>
[GenerateSerializer]
public struct Earlier
{
    [Id(0)] public string Kept { get; set; }
}

/// <summary>The same message of the next release.</summary>
[GenerateSerializer]
public struct Later
{
    [Id(0)] public string Kept { get; set; }

    [Id(1)] public int[] Added { get; set; }
}
