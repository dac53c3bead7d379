namespace Atelier.Grains.Tests.Simulation;

/// <summary>What becomes of an operation on the store.</summary>
internal enum StoreFault
{
    /// <summary>It is carried out and answered.</summary>
    None,

    /// <summary>It fails and nothing is done.</summary>
    Refused,

    /// <summary>It is carried out, and the answer is lost.</summary>
    AnswerLost,
}
