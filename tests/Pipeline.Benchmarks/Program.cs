using Pipeline.Benchmarks;
using Pipeline.Benchmarks.Measuring;

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    interrupted.Cancel();
};

// A measurement in a process of its own; see ChildProcess.
if (args is [ChildProcess.Verb, var measurement, .. var arguments])
{
    return await ChildProcess.ServeAsync(measurement, arguments, interrupted.Token);
}

var quick = args.Contains("--quick");
var names = args.Where(argument => argument != "--quick").ToArray();
if (names is not [var name] || Catalog.Benchmarks.SingleOrDefault(candidate => candidate.Name == name) is not { } benchmark)
{
    await Console.Error.WriteLineAsync(Catalog.Usage(names));
    return 2;
}

try
{
    Console.WriteLine(Machine.Describe());
    Console.WriteLine();
    var figures = await benchmark.RunAsync(new Run(quick, Console.Out), interrupted.Token);
    Console.WriteLine();
    Console.WriteLine(figures.Line(benchmark.Name));
    return 0;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Interrupted.");
    return 130;
}
catch (BenchmarkException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
