namespace Atelier.Golden.Networks;

/// <summary>The whole network, once.</summary>
internal static class Text2ImForward
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadNetwork();
        using var text = golden.InputOrNull("tokens") is { } tokens ? network.EncodeText(tokens, golden.InputOrNull("mask")) : null;
        comparison.Check("output", network.call(golden.Input("x"), golden.Input("timesteps"), text));
    }
}
