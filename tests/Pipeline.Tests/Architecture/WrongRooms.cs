// An app that breaks each rule once, so that RoomTests shows its rules can fail.

#pragma warning disable IDE0130, IDE0161, CA1812, CA1822 // several namespaces in a file, for nobody to use
using Pipeline.Tests.Architecture.Wrong.Jobs;

namespace Pipeline.Tests.Architecture.Wrong.Batch
{
    internal sealed class BatchPlan
    {
        // Seen only in the body of a lambda of an asynchronous method.
        public async Task<object> WindowAsync() => await Task.Run(() => new Streams.Window());
    }
}

namespace Pipeline.Tests.Architecture.Wrong.Streams
{
    internal sealed class Window
    {
        public Training.Round? Round { get; init; }
    }
}

namespace Pipeline.Tests.Architecture.Wrong.Training
{
    internal sealed record Round(Job Job);
}

namespace Pipeline.Tests.Architecture.Wrong.Grid
{
    internal sealed class Volunteers : List<Dashboard.Page>;
}

namespace Pipeline.Tests.Architecture.Wrong.Simulation
{
    internal sealed class SimulationFunctions
    {
        public static void Step([Microsoft.Azure.Functions.Worker.ActivityTrigger] string rank) => ArgumentNullException.ThrowIfNull(rank);
    }

    internal sealed class SimulationKernel
    {
        public static void Step([Microsoft.Azure.Functions.Worker.ActivityTrigger] string rank) => ArgumentNullException.ThrowIfNull(rank);
    }
}

namespace Pipeline.Tests.Architecture.Wrong.Dashboard
{
    internal sealed class Page;
}

namespace Pipeline.Tests.Architecture.Wrong.Jobs
{
    internal sealed class Job
    {
        public static bool IsBatch(object spec) => spec is Batch.BatchPlan;
    }
}

namespace Pipeline.Tests.Architecture.Wrong.Storage
{
    internal sealed class Uploads
    {
        public static void OnUpload([Microsoft.Azure.Functions.Worker.BlobTrigger("uploads/{name}")] string name) => ArgumentNullException.ThrowIfNull(name);
    }
}

namespace Pipeline.Tests.Architecture.Wrong.Sql
{
    internal sealed class Engine
    {
        public static Type Host => typeof(Embedded.Host);
    }
}

namespace Pipeline.Tests.Architecture.Wrong.Embedded
{
    internal sealed class Host;
}
