using System.Collections;

namespace Pipeline.Embedded.Hosting;

/// <summary>What log lines written during an invocation are marked with.</summary>
internal sealed class InvocationScope(EmbeddedFunctionContext context) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public string FunctionName => context.Function.Name;

    public string InvocationId => context.InvocationId;

    public int Count => 2;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("FunctionName", FunctionName),
        1 => new("InvocationId", InvocationId),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"{FunctionName} ({InvocationId})";
}
