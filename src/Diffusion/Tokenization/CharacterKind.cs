namespace Atelier.Diffusion.Tokenization;

/// <summary>What the word patterns of GPT-2 and CLIP tell apart; <see cref="None"/> is the end of the text.</summary>
internal enum CharacterKind
{
    None,
    Letter,
    Number,
    Space,
    Other,
}
