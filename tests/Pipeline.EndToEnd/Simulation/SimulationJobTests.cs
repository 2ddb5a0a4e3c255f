using System.Net;
using System.Net.Http.Json;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Simulation;

namespace Pipeline.EndToEnd.Simulation;

/// <summary>Simulations through the whole app, as a client sees them.</summary>
public sealed class SimulationJobTests : IAsyncLifetime
{
    private RunningApp _app = null!;

    public async Task InitializeAsync() => _app = await RunningApp.StartAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task ShallowWater_OnTwoHosts_GivesFiguresFieldsFramesAndAnAnimation()
    {
        var id = await _app.SubmitAsync("""
            { "kind": "simulation", "name": "waves", "program": "shallow-water", "parameters": { "case": 5, "rows": 16, "columns": 32 }, "ranks": 4, "hosts": 2,
              "steps": 60, "outputs": { "every": 20, "fields": true, "images": true } }
            """);

        var result = await _app.ResultAsync(id);
        var job = await _app.GetAsync(id);

        Assert.Equal(["step", "time", "mass", "energy", "fastest"], result.Columns.Select(c => c.Name));
        Assert.Equal([0L, 20, 40, 60], result.Rows.Select(row => row[0].GetInt64()));
        Assert.InRange(result.Rows[3][2].GetDouble() / result.Rows[0][2].GetDouble(), 1 - 1e-12, 1 + 1e-12);
        Assert.Contains("supersteps/s", job.Progress!.Note, StringComparison.Ordinal);
        Assert.Contains("mass", job.Progress.Note, StringComparison.Ordinal);
        Assert.EndsWith("/animation.png", job.Output!.Artifacts![0], StringComparison.Ordinal);
        for (var frame = 0; frame <= 3; frame++)
            Assert.Equal("PNG"u8.ToArray(), (await _app.Http.GetByteArrayAsync(new Uri($"api/jobs/{id}/frames/{frame}.png", UriKind.Relative)))[1..4]);
        var figures = (await _app.Http.GetFromJsonAsync<SimulationFigures>($"api/jobs/{id}/figures", Responses.Json))!;
        Assert.Equal(["mass", "energy", "fastest"], figures.Names);
        Assert.Equal(4, figures.Frames);
        Assert.Equal(result.Rows.Select(row => row[4].GetDouble()), figures.Points.Select(point => point.Values[2]));
        var later = (await _app.Http.GetFromJsonAsync<SimulationFigures>($"api/jobs/{id}/figures?after={figures.Points[1].Superstep}", Responses.Json))!;
        Assert.Equal([40L, 60], later.Points.Select(point => point.Step));
        foreach (var missing in new[] { "4.png", "x.png", "0.gif", "-1.png" })
            Assert.Equal(HttpStatusCode.NotFound, (await _app.Http.GetAsync(new Uri($"api/jobs/{id}/frames/{missing}", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task From_ACompletedJob_GoesOnWithOtherRanks()
    {
        const string Heat = """{ "kind": "simulation", "name": "heat", "program": "heat", "parameters": { "cells": 20 }, "ranks": 2, "steps": 50 }""";
        var first = await _app.SubmitAsync(Heat);
        await _app.ResultAsync(first);

        var second = await _app.RunAsync(Heat.Replace("\"steps\": 50", $"\"steps\": 100, \"from\": \"{first}\"", StringComparison.Ordinal).Replace("\"ranks\": 2", "\"ranks\": 9, \"hosts\": 3", StringComparison.Ordinal));
        var whole = await _app.RunAsync(Heat.Replace("\"steps\": 50", "\"steps\": 100", StringComparison.Ordinal));

        Assert.Equal(50, second.Rows[0][0].GetInt64());
        // The greatest error does not depend on the order of ranks, so it has the same bits exactly if all cells have.
        Assert.Equal(whole.Rows[^1][4].GetRawText(), second.Rows[^1][4].GetRawText());
    }

    [Fact]
    public async Task Submit_FaultySpecs_AreRefusedWithAllFaults()
    {
        var problem = await _app.RefusedAsync("""
            { "kind": "simulation", "name": "x", "program": "shallow-water", "parameters": { "case": 5, "timeStep": 3600, "colums": 3 }, "steps": 10, "ranks": 5000, "from": "nobody" }
            """);

        Assert.Equal(["/parameters/colums", "/parameters/timeStep", "/ranks"], problem.Errors!.Select(e => e.Pointer).Order(StringComparer.Ordinal));
        Assert.Contains("The largest stable one is", problem.Errors!.First(e => e.Pointer == "/parameters/timeStep").Detail, StringComparison.Ordinal);
        var unknown = await _app.RefusedAsync("""{ "kind": "simulation", "name": "x", "program": "heat", "steps": 10, "from": "nobody" }""");
        Assert.Equal("/from", Assert.Single(unknown.Errors!).Pointer);
    }

    [Fact]
    public async Task NotPositiveDefinite_Fails_WithWhatToDo()
    {
        var id = await _app.SubmitAsync("""
            { "kind": "simulation", "name": "x", "program": "conjugate-gradient", "parameters": { "matrixText": ["%%MatrixMarket matrix coordinate real symmetric", "2 2 3", "1 1 1", "2 1 -3", "2 2 1"] } }
            """);

        var job = await _app.EndAsync(id);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.StartsWith("The matrix is not positive definite", job.Error!.Message, StringComparison.Ordinal);
    }
}
