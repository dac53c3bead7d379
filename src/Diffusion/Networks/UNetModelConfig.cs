namespace Atelier.Diffusion.Networks;

/// <summary>Shape of a <see cref="UNetModel"/>, in the terms of the official constructor.</summary>
public sealed record UNetModelConfig : UNetConfig
{
    /// <summary>Classes to condition on; null makes an unconditional network.</summary>
    public int? NumClasses { get; init; }

    /// <summary>Whether attention keeps all heads' queries, keys and values apart, instead of each head's together.</summary>
    public bool UseNewAttentionOrder { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(NumClasses is null or (>= 1 and <= 1_000_000), "num_classes", NumClasses ?? 0, "null, or 1 to 1000000");
    }

    internal override bool NewAttentionOrder => UseNewAttentionOrder;
}
