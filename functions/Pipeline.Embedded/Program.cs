using Pipeline.Embedded.Cli;

using var interrupts = new Interrupts();
return await CommandLine.RunAsync(args, CliEnvironment.OfProcess(interrupts.Token));
