namespace Pipeline.EndToEnd.ApiDocs;

/// <summary>A spec of each kind, and of each of its variants, with about every field that it may have: what is changed from these at random
/// reaches every corner of the schemas.</summary>
internal static class WholeSpecs
{
    public static readonly (string Kind, string Json)[] All =
    [
        ("batch", """
            { "kind": "batch", "name": "b", "id": "some-job", "tables": { "f": "flights" }, "query": ["select 1", "from f"],
              "output": { "dataset": "out", "partitionBy": ["a"], "compression": "zstd", "mode": "append" },
              "options": { "taskSize": "1MB", "parallelTasks": 4, "memoryPerTask": 536870912, "taskTimeoutSeconds": 60 } }
            """),
        ("scoring", """{ "kind": "scoring", "name": "s", "model": "m", "version": 2, "dataset": "d", "output": { "dataset": "o" } }"""),
        ("scoring", """{ "kind": "scoring", "name": "s", "model": "m", "dataset": "d", "output": "o" }"""),
        ("training", """
            { "kind": "training", "name": "t",
              "data": { "dataset": "d", "features": ["a", { "column": "b", "oneHot": 4 }], "label": { "column": "y", "names": ["p", "q", "r"] }, "where": "a > 1", "validation": { "fraction": 0.2 }, "standardize": false },
              "model": { "layers": [{ "type": "linear", "units": 8, "bias": false }, "relu", { "type": "dropout", "rate": 0.2 }, "linear"] },
              "loss": "cross-entropy", "optimizer": { "type": "sgd", "learningRate": 0.1, "momentum": 0.5, "nesterov": true, "weightDecay": 0.01 },
              "schedule": { "type": "step", "every": 2, "factor": 0.5, "warmupEpochs": 1 }, "clipNorm": 1,
              "strategy": { "type": "federated", "localEpochs": 2, "fraction": 0.5, "proximal": 0.1, "deadlineSeconds": 5, "aggregate": "trimmed-mean", "trim": 0.2, "shardBy": "a" },
              "batchSize": 32, "epochs": 3, "seed": 7, "metrics": ["accuracy"], "earlyStopping": { "metric": "loss", "patience": 2, "minimumChange": 0.1 },
              "exchange": { "encoding": "top-k", "share": 0.1 }, "output": { "model": "m" }, "options": { "slices": 4, "checkpointEvery": 5 } }
            """),
        ("training", """
            { "kind": "training", "name": "t",
              "data": { "dataset": "d", "image": { "column": "i", "width": 28, "height": 28, "channels": 1 }, "label": { "column": "y", "classes": 10 }, "validation": { "dataset": "v" } },
              "model": { "layers": [{ "type": "conv2d", "filters": 4, "kernel": 3, "stride": 1, "padding": 1, "bias": true }, { "type": "max-pool", "kernel": 2, "stride": 2 },
                { "type": "residual", "layers": ["relu", { "type": "conv2d", "filters": 4, "padding": 1 }] }, "flatten", "linear"] },
              "loss": "cross-entropy", "optimizer": { "type": "adamw", "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-7 }, "schedule": { "type": "cosine", "minimum": 0.1 },
              "strategy": { "type": "local-sgd", "steps": 4 }, "workers": 4, "augment": { "shift": 2, "flip": false }, "exchange": "fp16", "output": "m" }
            """),
        ("training", """
            { "kind": "training", "name": "t", "data": { "dataset": "d", "features": ["a"], "label": "y", "validation": 0.1 }, "model": "mlp", "loss": "mse",
              "optimizer": "adam", "schedule": "constant", "strategy": { "type": "synchronous", "accumulate": 2 }, "metrics": ["mae"] }
            """),
        ("simulation", """
            { "kind": "simulation", "name": "s", "program": "heat", "parameters": { "cells": 32, "diffusivity": 1, "amplitude": 2, "timeStep": 0.0001 }, "ranks": 2, "hosts": 1, "innerSteps": 2, "steps": 100,
              "checkpoints": { "steps": 10 }, "outputs": { "every": 10, "fields": true, "images": true }, "peerTimeoutSeconds": 60 }
            """),
        ("simulation", """{ "kind": "simulation", "name": "s", "program": "shallow-water", "parameters": { "case": 2, "tiltDegrees": 10, "rows": 32, "columns": 64, "days": 1 }, "checkpoints": { "seconds": 5 } }"""),
        ("simulation", """{ "kind": "simulation", "name": "s", "program": "monte-carlo", "parameters": { "samples": 1000, "seed": 1, "spot": 100, "strike": 105, "rate": 0.03, "volatility": 0.2, "years": 1 } }"""),
        ("simulation", """{ "kind": "simulation", "name": "s", "program": "nas-ep", "parameters": { "class": "S" } }"""),
        ("simulation", """{ "kind": "simulation", "name": "s", "program": "advection-diffusion", "parameters": { "velocityX": 1, "velocityY": 0.5, "diffusivity": 0.02 }, "steps": 10 }"""),
        ("simulation", """
            { "kind": "simulation", "name": "s", "program": "conjugate-gradient", "parameters": { "matrixText": ["%%MatrixMarket matrix coordinate real symmetric", "2 2 2", "1 1 1.0", "2 2 2.0"], "tolerance": 1e-8, "preconditioner": "none", "maxIterations": 5 } }
            """),
        ("grid", """
            { "kind": "grid", "name": "g", "project": "genes", "application": "alignment", "version": 1,
              "parameters": { "reference": "genomes/lambda.fasta", "scoring": { "matrix": "dna", "match": 2, "mismatch": -3, "gapOpen": 5, "gapExtend": 2 }, "strands": "both",
                "reads": { "count": 100, "length": 50, "seed": 3, "substitutions": 0.01, "insertions": 0.01, "deletions": 0.01 }, "minScore": 2, "readsPerUnit": 10 },
              "minQuorum": 2, "targetResults": 2, "maxErrorResults": 3, "maxSuccessResults": 6, "maxTotalResults": 10, "delayBound": "6h", "maxResultSize": "1MB",
              "flopsBound": 1e9, "memoryBound": "64MB", "diskBound": 1000000, "priority": 1, "adaptive": { "after": 5, "spotCheck": 0.2 }, "seed": 2 }
            """),
        ("grid", """
            { "kind": "grid", "name": "g", "application": "signal", "adaptive": false,
              "parameters": { "rate": 1000, "block": 1024, "shortestTransform": 256, "longestTransform": 1024, "drift": { "from": -1, "to": 1, "step": 0.5 }, "thresholds": { "spike": 20, "gaussian": 10 }, "driftsPerUnit": 2,
                "recording": { "samples": 4096, "seed": 1, "signals": [{ "frequency": 100, "drift": 0.1, "power": 1, "time": 1, "width": 0.5 }] } } }
            """),
        ("stream", """
            { "name": "some", "hub": "trades", "format": { "csv": { "delimiter": ";", "header": true } }, "columns": { "symbol": "VARCHAR", "price": { "type": "DOUBLE", "path": "p" }, "time": "TIMESTAMP" },
              "eventTime": "time", "partitionKey": ["symbol"], "query": ["select symbol, window_start, window_end, count(*) as n from trades group by symbol, tumble(time, interval '1 minute')"],
              "from": { "0": 5, "1": 7 }, "watermark": { "delay": "2s", "idle": "30s", "maxAhead": "1d" }, "late": { "allowed": "1m", "then": "side-output", "dataset": "late" },
              "deduplicate": { "by": ["symbol"], "within": "10m" }, "state": { "maxKeys": 1000, "whenFull": "pause" },
              "sinks": [{ "dataset": "out", "partitionBy": "day", "compression": "zstd" }, { "hub": "events", "key": "symbol", "idField": "id" }, { "webhook": "http://127.0.0.1:9/x" },
                { "alert": { "name": "many", "when": "n > 5", "webhook": "http://127.0.0.1:9/x" } }] }
            """),
        ("stream", """
            { "hub": "trades", "columns": { "id": "VARCHAR" }, "query": "select id from trades", "from": "earliest", "format": "json", "score": { "model": "m", "version": 1, "as": "guess" }, "sinks": [{ "orders": { "dataset": "out", "expire": "1h" } }] }
            """),
    ];
}
