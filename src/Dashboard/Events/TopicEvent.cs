namespace Atelier.Dashboard.Events;

/// <summary>Something that has happened in a topic.</summary>
/// <param name="Type">Its kind, such as <c>job</c>.</param>
/// <param name="Data">What there is to say: JSON of one line.</param>
/// <param name="IsKept">Whether somebody who was away for a while is told afterwards; what only says how things are is not.</param>
/// <param name="IsState">Whether it says all of how things are, so that the last is what a newcomer gets first.</param>
internal sealed record TopicEvent(string Type, string Data, bool IsKept = false, bool IsState = false)
{
    /// <summary>Its id in the ring that the job's grain keeps; null for what is of no ring.</summary>
    public string? Id { get; init; }
}
