using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Tests.Storage;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>A model lent to streams: the same predictions as over HTTP, and of rows that it cannot take, none.</summary>
[Collection(TorchTests.Name)]
public sealed class RowScorerTests : IDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private static readonly ColumnSchema[] s_columns = [new("id", "BIGINT"), new("x", "DOUBLE"), new("y", "DOUBLE"), new("class", "BIGINT")];

    private readonly LocalTraining _training = new();
    private readonly TemporaryFolder _folder = new();
    private readonly DuckDb _duck = new();

    public RowScorerTests() => _training.WriteMoons();

    public void Dispose()
    {
        _duck.Dispose();
        _folder.Dispose();
        _training.Dispose();
    }

    [Fact]
    public async Task Score_ManyRows_SaysOfEachWhatPredictSays()
    {
        await _training.PublishAsync(Quantity);
        _duck.Write("select i::bigint as id, (i % 37) / 10.0 - 1.5 as x, (i % 23) / 10.0 - 1 as y, (i % 2)::bigint as class from range(700) r(i)", _folder["rows.parquet"]);
        using var scorer = await OpenAsync("height", "height");

        await scorer.ScoreAsync(_folder["rows.parquet"], _folder["scored.parquet"], s_ct);

        var rows = _duck.Rows($"select id, x, y, class, height from '{_folder["scored.parquet"]}'");
        Assert.Equal(Enumerable.Range(0, 700).Select(i => (object)(long)i), rows.Select(r => r[0]));
        var body = JsonSerializer.SerializeToElement(new { rows = rows.Select(r => new { x = r[1], y = r[2], @class = r[3] }) });
        var answer = await _training.Get<PredictionService>().PredictAsync("height", null, body, s_ct);
        Assert.Equal(answer.Predictions.Select(p => p.Value!.Value), rows.Select(r => (double)r[4]!));
        Assert.True(rows.Select(r => r[4]).Distinct().Count() > 100);
    }

    [Fact]
    public async Task Score_Classes_SaysWhichAndHowSure()
    {
        await _training.PublishAsync(MoonSpec.Of(""", "optimizer": { "type": "adam", "learningRate": 0.05 } """, epochs: 8));
        _duck.Write("select 1::bigint as id, -0.5::double as x, 1.0::double as y, 0::bigint as class union all select 2, 0.5, -0.5, 0", _folder["rows.parquet"]);
        using var scorer = await OpenAsync("moons", "moon");

        await scorer.ScoreAsync(_folder["rows.parquet"], _folder["scored.parquet"], s_ct);

        Assert.Equal(["moon INTEGER", "moon_probability DOUBLE"], scorer.Columns.Select(c => $"{c.Name} {c.Type}"));
        var rows = _duck.Rows($"select moon, moon_probability from '{_folder["scored.parquet"]}'");
        Assert.Equal([0, 1], rows.Select(r => r[0]));
        Assert.All(rows, r => Assert.InRange((double)r[1]!, 0.5, 1));
    }

    [Fact]
    public async Task Score_RowsThatTheModelCannotTake_ArePassedOnWithoutAPrediction()
    {
        // Of the third the class is beyond what 'oneHot' allows, and over the fourth the feature itself fails.
        await _training.PublishAsync(Quantity.Replace("\"y\"", "\"sqrt(y + 2)\"", StringComparison.Ordinal));
        _duck.Write("""
            select * from (values (1::bigint, 0.5::double, 0.5::double, 1::bigint), (2, null, 0.5, 1), (3, 0.5, 0.5, 2), (4, 0.5, -9, 1), (5, 0.5, 0.5, 1)) t(id, x, y, class)
            """, _folder["rows.parquet"]);

        using var scorer = await OpenAsync("height", "height");
        await scorer.ScoreAsync(_folder["rows.parquet"], _folder["scored.parquet"], s_ct);

        var rows = _duck.Rows($"select id, height from '{_folder["scored.parquet"]}'");
        Assert.Equal([1L, 2L, 3L, 4L, 5L], rows.Select(r => r[0]));
        Assert.Equal([false, true, true, true, false], rows.Select(r => r[1] is null));
        Assert.Equal(rows[0][1], rows[4][1]);

        // What comes next meets nothing of that.
        _duck.Write("select 9::bigint as id, 0.5::double as x, 0.5::double as y, 1::bigint as class", _folder["rows.parquet"]);
        await scorer.ScoreAsync(_folder["rows.parquet"], _folder["scored.parquet"], s_ct);
        Assert.Equal([[9L, rows[0][1]]], _duck.Rows($"select id, height from '{_folder["scored.parquet"]}'"));
    }

    [Fact]
    public async Task Score_NoRows_GivesTheColumns()
    {
        await _training.PublishAsync(MoonSpec.Of(epochs: 1));
        _duck.Write("select 1::bigint as id, 1.0::double as x, 1.0::double as y, 0::bigint as class limit 0", _folder["rows.parquet"]);

        using var scorer = await OpenAsync("moons", "moon");
        await scorer.ScoreAsync(_folder["rows.parquet"], _folder["scored.parquet"], s_ct);

        Assert.Empty(_duck.Rows($"select moon, moon_probability from '{_folder["scored.parquet"]}'"));
    }

    private const string Quantity = """
        { "kind": "training", "name": "height", "data": { "dataset": "moons", "features": ["x", "y", { "column": "class", "oneHot": 2 }], "label": "height", "validation": 0.2 },
          "model": "mlp", "loss": "huber", "batchSize": 32, "epochs": 2, "optimizer": { "type": "adam", "learningRate": 0.02 }, "metrics": ["mae"] }
        """;

    private Task<IRowScorer> OpenAsync(string model, string name) => _training.Get<IRowScorers>().OpenAsync(model, null, name, s_columns, s_ct);
}
