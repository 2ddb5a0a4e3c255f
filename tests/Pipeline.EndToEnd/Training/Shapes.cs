namespace Pipeline.EndToEnd.Training;

/// <summary>Small images of bars, upright and level, with some noise, and a job that learns to tell them apart.</summary>
internal static class Shapes
{
    public const int Count = 600;

    /// <summary>The rows.</summary>
    public static string Rows => $$"""
        select i as id, unhex(string_agg(printf('%02x', (case when (upright and x = place) or (not upright and y = place) then 200 else 0 end + (i * 31 + x * 17 + y * 7) % 56)::integer), '' order by y, x)) as pixels,
               any_value(case when upright then 'upright' else 'level' end) as shape
        from (select i, i % 2 = 0 as upright, (i // 2) % 8 as place from range({{Count}}) r(i)), range(8) c(x), range(8) d(y)
        group by i order by i
        """;

    /// <summary>The job.</summary>
    /// <param name="epochs">Its epochs.</param>
    /// <param name="more">Further fields, with a comma in front, which may replace the workers and the optimiser.</param>
    public static string Spec(int epochs = 3, string? more = null) => $$"""
        {
          "kind": "training", "name": "shapes",
          "data": {
            "dataset": "shapes", "image": { "column": "pixels", "width": 8, "height": 8 },
            "label": { "column": "shape", "names": ["level", "upright"] }, "validation": 0.2
          },
          "model": { "layers": [{ "type": "conv2d", "filters": 4, "padding": 1 }, "batch-norm", "relu", "max-pool", "flatten", { "type": "dropout", "rate": 0.1 }, "linear"] },
          "loss": "cross-entropy", "batchSize": 64, "epochs": {{epochs}}, "seed": 3, "augment": { "shift": 1 }, "options": { "checkpointEvery": 5, "slices": 8 }
          {{more ?? """, "workers": 2, "optimizer": { "type": "adam", "learningRate": 0.02 } """}}
        }
        """;
}
