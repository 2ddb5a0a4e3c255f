namespace Pipeline.Embedded.Hosting;

/// <summary>Gives the value of one parameter of a function for an invocation.</summary>
internal delegate ValueTask<object?> ParameterBinder(EmbeddedFunctionContext context);
