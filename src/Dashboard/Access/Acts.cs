using Atelier.Dashboard.Problems;
using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Access;

/// <summary>
/// What is asked before anything is done: whether it may be done to that, and that it can be read later who did it. Whoever may submit may act on what is his own. An act
/// that cannot be written down is refused.
/// </summary>
internal sealed partial class Acts(IHttpContextAccessor requests, IStore store, TimeProvider time, ILogger<Acts> logger)
{
    private const int MaxReason = 500;

    /// <summary>Before something is done to a job.</summary>
    /// <param name="act">What, such as <c>job.pause</c>.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="submitter">Who the job is for; null where nobody knows.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProblemException">It is not allowed, or could not be written down.</exception>
    public Task BeginAsync(string act, string job, string? submitter, string? reason, CancellationToken cancellationToken)
    {
        var grant = Grant();
        return grant.Scope >= AccessScope.Operate || (grant.Scope >= AccessScope.Submit && submitter == grant.Submitter)
            ? BeginAsync(act, job, reason, cancellationToken)
            : throw new ProblemException(StatusCodes.Status403Forbidden, "access.owner", $"'{job}' is not a job of {grant.Submitter}; those of others need the scope 'operate'");
    }

    /// <summary>Before something is done to anything else.</summary>
    /// <param name="act">What, such as <c>worker.drain</c>.</param>
    /// <param name="target">To what.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProblemException">It could not be written down.</exception>
    public async Task BeginAsync(string act, string target, string? reason, CancellationToken cancellationToken)
    {
        var grant = Grant();
        var line = new AuditLine
        {
            At = time.GetUtcNow(),
            Who = grant.Name,
            Key = grant.Key?.Id,
            Act = act,
            Target = target,
            Reason = reason?[..Math.Min(reason.Length, MaxReason)],
            Request = requests.HttpContext?.TraceIdentifier,
        };
        try
        {
            await AuditFiles.WriteAsync(store, line, cancellationToken);
        }
        catch (IOException unwritten)
        {
            LogUnwritten(unwritten, act, target);
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, "audit.unwritable", "the store does not take the line of the audit; nothing was done");
        }
    }

    private Grant Grant() => requests.HttpContext is { } context && Caller.GrantOf(context) is { } grant ? grant : throw new InvalidOperationException("an act has nobody who does it");

    [LoggerMessage(LogLevel.Error, "Audit of {Act} of {Target} could not be written")]
    private partial void LogUnwritten(Exception failure, string act, string target);
}
