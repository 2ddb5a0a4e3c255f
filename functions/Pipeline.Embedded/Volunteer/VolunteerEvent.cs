namespace Pipeline.Embedded.Volunteer;

/// <summary>Something that a person who watches the client may want to know.</summary>
/// <param name="Event">What: <c>registered</c>, <c>started</c>, <c>finished</c>, <c>reported</c>, <c>aborted</c>, <c>refused</c>, <c>away</c>, <c>back</c>, <c>paused</c>, <c>resumed</c>.</param>
/// <param name="Text">The same for people.</param>
/// <param name="ResultId">The result that it is about.</param>
internal sealed record VolunteerEvent(string Event, string Text, string? ResultId = null);
