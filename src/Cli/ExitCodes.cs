namespace Atelier.Cli;

/// <summary>What the process's exit code says; scripts may rely on it.</summary>
internal static class ExitCodes
{
    /// <summary>Everything that was asked for is done.</summary>
    public const int Success = 0;

    /// <summary>The work stopped for a reason that is not in the input, such as a full disk.</summary>
    public const int Failed = 1;

    /// <summary>The input was refused before any work.</summary>
    public const int InvalidInput = 2;

    /// <summary>The job is complete, but some samples have no image.</summary>
    public const int SomeSamplesFailed = 3;

    /// <summary>The job was cancelled.</summary>
    public const int Cancelled = 4;

    /// <summary>A fault of the program itself.</summary>
    public const int Fault = 70;

    /// <summary>Stopped by Ctrl-C; can be resumed.</summary>
    public const int Interrupted = 130;

    /// <summary>What was printed for a reader alone has none any more, as of a program that SIGPIPE ends.</summary>
    public const int NoReader = 141;

    /// <summary>Stopped by SIGTERM; can be resumed.</summary>
    public const int Terminated = 143;
}
