using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Embedded.Hosting;

/// <summary>
/// One invocation. Activities run by the thousand in a second and most ask for none of this, so that everything is made when
/// it is first asked for.
/// </summary>
internal sealed class EmbeddedFunctionContext(
    HostedFunction function, object triggerData, IServiceScopeFactory scopes, CancellationToken cancellationToken)
    : FunctionContext, IAsyncDisposable
{
    private AsyncServiceScope? _scope;
    private IServiceProvider? _services;
    private string? _invocationId;
    private TraceContext? _trace;
    private BindingContext? _binding;
    private IDictionary<object, object>? _items;
    private InvocationFeatures? _features;
    private List<IAsyncDisposable>? _opened;

    public HostedFunction Function { get; } = function;

    /// <summary>What the trigger handed over: an HttpContext, an activity's input, …</summary>
    public object TriggerData { get; } = triggerData;

    /// <summary>How often this has been tried before.</summary>
    public int Retries { get; set; }

    /// <summary>Whether the function itself was reached; middleware may answer in its place.</summary>
    public bool HasRun { get; private set; }

    /// <summary>What the function returned.</summary>
    public object? Result { get; private set; }

    public override string InvocationId => _invocationId ??= Guid.NewGuid().ToString();

    public override string FunctionId => FunctionDefinition.Id;

    public override TraceContext TraceContext => _trace ??= new EmbeddedTraceContext(Activity.Current);

    public override BindingContext BindingContext =>
        _binding ??= new EmbeddedBindingContext(Function.Trigger.BindingData(this));

    public override RetryContext RetryContext => new EmbeddedRetryContext(Retries, Function.Retry?.MaxRetries ?? 0);

    public override IServiceProvider InstanceServices
    {
        get => _services ??= (_scope = scopes.CreateAsyncScope()).Value.ServiceProvider;
        set => _services = value;
    }

    public override FunctionDefinition FunctionDefinition => Function.Definition;

    public override IDictionary<object, object> Items
    {
        get => _items ??= new Dictionary<object, object>();
        set => _items = value;
    }

    public override IInvocationFeatures Features => _features ??= new InvocationFeatures();

    public override CancellationToken CancellationToken { get; } = cancellationToken;

    public async Task RunAsync()
    {
        HasRun = true;
        Result = await Function.RunAsync(this);
        foreach (var output in Function.Outputs) await output.WriteAsync(Result, CancellationToken);
    }

    /// <summary>Disposes what a binding opened when the invocation is over.</summary>
    public void DisposeAtEnd(IAsyncDisposable opened) => (_opened ??= []).Add(opened);

    public async ValueTask DisposeAsync()
    {
        if (_opened is not null)
        {
            foreach (var opened in _opened) await opened.DisposeAsync();
        }

        if (_scope is { } scope) await scope.DisposeAsync();
    }
}
