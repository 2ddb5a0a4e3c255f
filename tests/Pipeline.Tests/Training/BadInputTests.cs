using Pipeline.Jobs;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>What cannot be learnt from is refused with its place and a way out: in the spec by a pointer, in the data by row and file.</summary>
[Collection(TorchTests.Name)]
public sealed class BadInputTests : IDisposable
{
    private readonly LocalTraining _training = new();

    public void Dispose() => _training.Dispose();

    [Theory]
    [InlineData("""{ "model": "lenett", "loss": "cross-entropy" }""", "/model/preset", "Did you mean 'lenet'?")]
    [InlineData("""{ "model": "mlp", "loss": "crossentropy" }""", "/loss", "Did you mean 'cross-entropy'?")]
    [InlineData("""{ "model": { "layers": ["linear", "reluu"] }, "loss": "mse" }""", "/model/layers/1/type", "Did you mean 'relu'?")]
    [InlineData("""{ "model": { "layers": [{ "type": "conv2d", "kernel": 99 }] }, "loss": "mse" }""", "/model/layers/0/kernel", "outside 1 to 31")]
    [InlineData("""{ "model": { "layers": [{ "type": "linear", "unit": 3 }] }, "loss": "mse" }""", "/model/layers/0/unit", "Did you mean 'units'?")]
    [InlineData("""{ "model": { "preset": "mlp", "layers": ["linear"] }, "loss": "mse" }""", "/model/layers", "not both")]
    [InlineData("""{ "model": "mlp", "loss": "cross-entropy", "metrics": ["accuracy", "mae"] }""", "/metrics/1", "not a metric of classes")]
    [InlineData("""{ "model": "mlp", "loss": "cross-entropy", "metrics": ["top-3"] }""", "/metrics/0", "always right")]
    [InlineData("""{ "model": "mlp", "loss": "cross-entropy", "workers": 12, "batchSize": 8 }""", "/workers", "cannot share a batch of 8")]
    [InlineData("""{ "model": "mlp", "loss": "cross-entropy", "workers": 8, "options": { "slices": 4 } }""", "/options/slices", "at least as many")]
    [InlineData("""{ "model": "mlp", "loss": "cross-entropy", "augment": { "shift": 1 } }""", "/augment", "Only images")]
    [InlineData("""{ "model": "mlp", "loss": "cross-entropy", "optimizer": { "type": "adam", "learningRate": -1 } }""", "/optimizer/learningRate", "outside")]
    [InlineData("""{ "model": "mlp", "loss": "cross-entropy", "schedule": { "type": "step" } }""", "/schedule/every", "missing")]
    [InlineData("""{ "model": "mlp", "loss": "cross-entropy", "strategy": { "type": "federated", "deadlineSecond": 3 } }""", "/strategy/deadlineSecond", "Did you mean 'deadlineSeconds'?")]
    [InlineData("""{ "model": "mlp", "loss": "mse" }""", "/data/label", "for quantities")]
    [InlineData("""{ "model": "mlp", "loss": "cross-entropy", "output": { "model": "../x" } }""", "/output/model", "letters, digits")]
    public void Read_FaultySpec_NamesTheFieldAndTheWayOut(string fields, string pointer, string says)
    {
        var data = """ "data": { "dataset": "moons", "features": ["x", "y"], "label": { "column": "class", "classes": 3 } }, """;

        var thrown = Assert.Throws<SpecException>(() => LocalTraining.Read($$"""{ "kind": "training", "name": "n", {{data}} {{fields.TrimStart()[1..]}}"""));

        var fault = Assert.Single(thrown.Faults, f => f.Pointer == pointer);
        Assert.Contains(says, fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "features": ["x"], "image": { "column": "p", "width": 2, "height": 2 }, "label": "y" }""", "/data", "one of the two")]
    [InlineData("""{ "features": [], "label": "y" }""", "/data/features", "at least one")]
    [InlineData("""{ "features": ["x"], "label": { "column": "y", "classes": 2, "names": ["a", "b"] } }""", "/data/label/classes", "not both")]
    [InlineData("""{ "features": ["x"], "label": "y", "validation": { "dataset": "d", "fraction": 0.1 } }""", "/data/validation", "one of the two")]
    [InlineData("""{ "features": ["x"], "label": "y", "validation": 1.5 }""", "/data/validation/fraction", "outside 0.001 to 0.9")]
    [InlineData("""{ "features": ["x"] }""", "/data/label", "missing")]
    public void Read_FaultyData_NamesTheFieldAndTheWayOut(string data, string pointer, string says)
    {
        var thrown = Assert.Throws<SpecException>(() => LocalTraining.Read($$"""{ "kind": "training", "name": "n", "model": "mlp", "loss": "mse", "data": { "dataset": "d", {{data.TrimStart()[1..]}} }"""));

        Assert.Contains(thrown.Faults, f => f.Pointer == pointer && f.Detail.Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""["x", "z"]""", "/data/features/1", "has no column 'z'")]
    [InlineData("""["x", "site"]""", "/data/features/1", "VARCHAR, not a number")]
    [InlineData("""["x", "sum(y)"]""", "/data/features/1", "not a value of one row")]
    [InlineData("""["x", "sqrt("]""", "/data/features/1", "syntax")]
    public async Task Plan_FeatureThatIsNoNumberOfARow_IsNamed(string features, string pointer, string says)
    {
        _training.WriteMoons();

        var thrown = await Assert.ThrowsAsync<SpecException>(() => _training.PlanAsync(MoonSpec.Of().Replace("""["x", "y"]""", features, StringComparison.Ordinal)));

        Assert.Contains(thrown.Faults, f => f.Pointer == pointer && f.Detail.Contains(says, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Plan_MissingDatasetAndMisfittingLayer_AreToldTogether()
    {
        _training.WriteMoons();

        var thrown = await Assert.ThrowsAsync<SpecException>(() => _training.PlanAsync(MoonSpec.Of(layers: """[{ "type": "conv2d", "filters": 2 }, "linear"]""").Replace("\"moons\", \"features", "\"moon\", \"features", StringComparison.Ordinal)));

        Assert.Equal(["/data/dataset", "/model/layers/0"], thrown.Faults.Select(f => f.Pointer).Order(StringComparer.Ordinal));
        Assert.Contains("Did you mean 'moons'?", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("case when i = 17 then 'nan'::double else i end", "0", "Row 17 of datasets/bad/part-0.parquet: feature 'x' is NaN.")]
    [InlineData("case when i = 17 then null else i end", "0", "Row 17 of datasets/bad/part-0.parquet: feature 'x' is missing (null).")]
    [InlineData("i", "case when i = 17 then 2 else 1 end", "Row 17 of datasets/bad/part-0.parquet: the label is 2, but 2 classes are numbered 0 to 1.")]
    [InlineData("i", "case when i = 17 then 0.5 else 1 end", "Row 17 of datasets/bad/part-0.parquet: the label is 0.5, but 2 classes are numbered 0 to 1.")]
    [InlineData("i", "case when i = 17 then null else 1 end", "Row 17 of datasets/bad/part-0.parquet: the label 'class' is missing (null).")]
    public async Task Prepare_RowThatCannotBeLearntFrom_IsNamedWithItsFile(string x, string label, string says)
    {
        _training.Write("bad", $"select {x} as x, {label} as class from range(40) r(i)");

        var error = await _training.RefusedAsync(MoonSpec.Of().Replace("\"moons\", \"features\": [\"x\", \"y\"]", "\"bad\", \"features\": [\"x\"]", StringComparison.Ordinal));

        Assert.Equal(says, error.Message);
        Assert.Equal("prepare/0", error.Task);
        Assert.NotNull(error.Advice);
    }

    [Fact]
    public async Task Prepare_RowOfALaterRowGroup_HasItsNumberInTheFile()
    {
        _training.Write("bad", "select case when i = 5000 then 'nan'::double else i end as x, 0 as class from range(6000) r(i)");

        var error = await _training.RefusedAsync(MoonSpec.Of().Replace("\"moons\", \"features\": [\"x\", \"y\"]", "\"bad\", \"features\": [\"x\"]", StringComparison.Ordinal));

        Assert.StartsWith("Row 5000 of ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_ImageOfAnotherSize_IsNamedWithWhatItShouldBe()
    {
        _training.Write("bad", "select unhex(repeat('00', case when i = 3 then 15 else 16 end)) as pixels, 0 as class from range(9) r(i)");

        var error = await _training.RefusedAsync(MoonSpec.Of().Replace("\"moons\", \"features\": [\"x\", \"y\"]", "\"bad\", \"image\": { \"column\": \"pixels\", \"width\": 4, \"height\": 4 }", StringComparison.Ordinal)
            .Replace("""[{ "type": "linear", "units": 8 }, "tanh", "linear"]""", """["flatten", "linear"]""", StringComparison.Ordinal));

        Assert.Equal("Row 3 of datasets/bad/part-0.parquet: the image 'pixels' has 15 bytes. It is neither PNG nor JPEG, and raw it would have 4 × 4 × 1 = 16.", error.Message);
    }

    [Fact]
    public async Task Start_MoreSlicesThanSamples_SaysSo()
    {
        _training.WriteMoons(rows: 12);

        var error = await _training.RefusedAsync(MoonSpec.Of(""", "options": { "slices": 11 } """).Replace("\"validation\": 0.2", "\"validation\": 0.6", StringComparison.Ordinal));

        Assert.Contains("of 11 is empty: there are", error.Message, StringComparison.Ordinal);
        Assert.Equal("Have fewer workers, or set options.slices to fewer.", error.Advice);
    }

    [Fact]
    public async Task Start_MoreStepsThanCanBeNumbered_SaysWhatToDo()
    {
        _training.WriteMoons(rows: 2_000);

        var error = await _training.RefusedAsync(MoonSpec.Of(""", "workers": 1 """, epochs: 100_000).Replace("\"batchSize\": 32", "\"batchSize\": 1", StringComparison.Ordinal));

        Assert.StartsWith("100,000 epochs of 1,", error.Message, StringComparison.Ordinal);
        Assert.Equal("Have fewer epochs, or a larger batchSize.", error.Advice);
    }

    [Fact]
    public async Task Plan_ABatchThatNoWorkerCouldLookAt_SaysWhichOneCould()
    {
        _training.WriteMoons();

        var thrown = await Assert.ThrowsAsync<SpecException>(() => _training.PlanAsync(MoonSpec.Of().Replace("\"y\"]", "{ \"column\": \"class\", \"oneHot\": 10000 }]", StringComparison.Ordinal)
            .Replace("\"batchSize\": 32", "\"batchSize\": 1000000", StringComparison.Ordinal)));

        var fault = Assert.Single(thrown.Faults);
        Assert.Equal("/batchSize", fault.Pointer);
        Assert.Contains("Take batches of 214,720 or fewer.", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Pack_PicturesThatUnfold_AreSharedOutByWhatTheyBecome()
    {
        var data = new DataSpec("d", [], new ImageSpec("p", 1_024, 1_024, 3), new LabelSpec("l", ["0", "1"], false), null, null, 0.1, false);

        var tasks = TrainingPlanner.Pack([.. Enumerable.Range(0, 4).Select(i => Group(i, 40))], data, false).ToList();

        Assert.Equal([80, 80], tasks.Select(t => t.Rows()));
        Assert.Null(TrainingPlanner.FaultOf([Group(0, 600)], data));
        Assert.StartsWith("A row group of d/part-0.parquet has 700 rows, which become 2.1 GB of samples", TrainingPlanner.FaultOf([Group(0, 700)], data), StringComparison.Ordinal);

        static DataFile Group(int number, long rows) => new("d/part-0.parquet", "e", [number], number * rows, rows, rows, []);
    }

    [Fact]
    public void Index_AShardThatNoWorkerCouldTakeIn_SaysWhatToDo()
    {
        var pieces = Enumerable.Range(0, 8).ToDictionary(i => $"{i}", i => new DataPiece(0, 0, 3L << 30, 1_000, ""));

        var thrown = Assert.Throws<TrainingException>(() => DataIndex.Of(LocalTraining.Read(MoonSpec.Of()), [new DataReport(pieces, pieces, 8_000, [0, 0, 0], [0, 0, 0], 0)]));

        Assert.StartsWith("Shard 0 has 3", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("options.slices", thrown.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FewerRowsThanWorkers_IsRefusedWithTheSpec()
    {
        _training.WriteMoons(rows: 3);

        var thrown = await Assert.ThrowsAsync<SpecException>(() => _training.PlanAsync(MoonSpec.Of(""", "workers": 4 """)));

        Assert.Equal("/workers", Assert.Single(thrown.Faults).Pointer);
    }

    [Fact]
    public async Task Start_ConditionThatLeavesNothing_SaysSo()
    {
        _training.WriteMoons();

        var error = await _training.RefusedAsync(MoonSpec.Of().Replace("\"validation\": 0.2", "\"validation\": 0.2, \"where\": \"x > 1000\"", StringComparison.Ordinal));

        Assert.Equal("There is no training sample.", error.Message);
    }

    [Fact]
    public async Task Train_ARateThatIsTooHigh_StopsWithAdvice()
    {
        _training.WriteMoons();
        var job = await _training.StartAsync($$"""
            { "kind": "training", "name": "moons", "data": { "dataset": "moons", "features": ["x", "y"], "label": "height", "standardize": false },
              "model": "mlp", "loss": "mse", "batchSize": 32, "workers": 1, "optimizer": { "type": "sgd", "learningRate": 900 } }
            """);

        var report = new RoundReport();
        for (var round = 0; round < 30 && report.Error is null; round++)
            report = await _training.Activities.TrainRound(LocalTraining.At(job, round), CancellationToken.None);

        Assert.StartsWith("The training diverges: epoch ", report.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("Lower optimizer.learningRate (it is 900)", report.Error.Advice, StringComparison.Ordinal);
    }
}
