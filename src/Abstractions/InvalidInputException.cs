namespace Atelier.Abstractions;

/// <summary>
/// Something the user gave cannot be used. The message alone must let them mend it: it names the file, line, field or option, the value
/// that was found and what is allowed. Thrown before any work starts; front ends print the message without a stack trace.
/// </summary>
[GenerateSerializer, Alias("atelier.InvalidInputException")]
public sealed class InvalidInputException : Exception
{
    /// <summary>Creates the exception with a complete, user-facing message.</summary>
    /// <param name="message">What is wrong, where, and what is allowed.</param>
    public InvalidInputException(string message) : base(message) { }

    /// <summary>Creates the exception with a complete, user-facing message and its cause.</summary>
    /// <param name="message">What is wrong, where, and what is allowed.</param>
    /// <param name="innerException">The error that revealed it.</param>
    public InvalidInputException(string message, Exception innerException) : base(message, innerException) { }
}
