using System.Text;
using Pipeline.Jobs;
using Pipeline.Simulation;
using Pipeline.Simulation.Imaging;
using Pipeline.Simulation.Programs;
using Pipeline.Simulation.Spec;
using Pipeline.Storage;

namespace Pipeline.Tests.Simulation;

/// <summary>The fields of a simulation's spec, what is said about faulty ones, and its images.</summary>
public class SimulationSpecTests
{
    [Fact]
    public async Task Read_Smallest_HasTheDefaults()
    {
        var spec = await ReadAsync("""{ "program": "heat", "steps": 100, "ranks": 2 }""");

        Assert.Equal((2, 1, 1, 100L), (spec.Ranks, spec.Hosts, spec.InnerSteps, spec.Plan.Supersteps));
        Assert.Equal(new CheckpointSpec(null, 30), spec.Checkpoints);
        Assert.Equal(new OutputSpec(2, false, false), spec.Outputs);
    }

    [Fact]
    public async Task Read_InnerSteps_CountsInSupersteps()
    {
        var spec = await ReadAsync("""{ "program": "heat", "steps": 100, "innerSteps": 5, "checkpoints": { "steps": 50 }, "outputs": { "every": 25, "images": true } }""");

        Assert.Equal((20L, 10L, 5L), (spec.Plan.Supersteps, spec.Checkpoints.Supersteps, spec.Outputs.Every));
    }

    [Theory]
    [InlineData("""{ "program": "heet", "steps": 1 }""", "/program", "Did you mean 'heat'?")]
    [InlineData("""{ "steps": 1 }""", "/program", "missing")]
    [InlineData("""{ "program": "heat" }""", "/steps", "missing")]
    [InlineData("""{ "program": "heat", "steps": 1, "parameters": { "cels": 5 } }""", "/parameters/cels", "Did you mean 'cells'?")]
    [InlineData("""{ "program": "heat", "steps": 10, "innerSteps": 4 }""", "/steps", "Take 12.")]
    [InlineData("""{ "program": "heat", "steps": 1, "ranks": 0 }""", "/ranks", "outside 1 to 1024")]
    [InlineData("""{ "program": "heat", "steps": 1, "ranks": 2, "hosts": 3 }""", "/hosts", "Take 2 hosts or fewer.")]
    [InlineData("""{ "program": "heat", "steps": 8, "innerSteps": 4, "outputs": { "every": 6 } }""", "/outputs/every", "a multiple of 4")]
    [InlineData("""{ "program": "heat", "steps": 100000, "outputs": { "every": 1 } }""", "/outputs/every", "10,000 are allowed. Take 11 or more.")]
    [InlineData("""{ "program": "heat", "steps": 1, "checkpoints": { "steps": 1, "seconds": 5 } }""", "/checkpoints/seconds", "not by both")]
    [InlineData("""{ "program": "heat", "steps": 1, "from": "../x" }""", "/from", "letters, digits")]
    [InlineData("""{ "program": "nas-ep", "steps": 1 }""", "/steps", "Leave 'steps' out.")]
    [InlineData("""{ "program": "nas-ep", "parameters": { "class": "Z" } }""", "/parameters/class", "S, W, A")]
    [InlineData("""{ "program": "nas-ep", "outputs": { "images": true } }""", "/outputs/images", "draws no images")]
    [InlineData("""{ "program": "shallow-water", "steps": 1, "parameters": { "days": 1 } }""", "/parameters/days", "not by both")]
    [InlineData("""{ "program": "shallow-water", "ranks": 64, "parameters": { "days": 1, "rows": 16, "columns": 32 } }""", "/ranks", "ranks or fewer")]
    public async Task Read_Fault_NamesThePlaceAndTheCure(string fields, string pointer, string detail)
    {
        var e = await Assert.ThrowsAsync<SpecException>(() => ReadAsync(fields));

        Assert.Contains(detail, Assert.Single(e.Faults, f => f.Pointer == pointer).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_SeveralFaults_GivesAllAtOnce()
    {
        var e = await Assert.ThrowsAsync<SpecException>(() => ReadAsync("""{ "program": "heat", "ranks": -1, "parameters": { "cells": 1 }, "outputs": { "x": 1 }, "y": 2 }"""));

        Assert.Equal(["/outputs/x", "/parameters/cells", "/ranks", "/steps", "/y"], e.Faults.Select(f => f.Pointer).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Animation_OfFrames_IsOnePngWithAllOfThem()
    {
        var frames = new[] { 0.0, 0.5, 1.0 }.Select(value => FramePainter.Paint([.. Enumerable.Repeat(value, 32)], 4, 8, MapProjection.Mollweide, new ColourRange(0, 1))).ToList();

        var animation = Animation.Join(frames);

        Assert.Equal(frames[0][..33], animation[..33]);
        Assert.Equal((1, 3, 2), (Count(animation, "acTL"), Count(animation, "fcTL"), Count(animation, "fdAT")));
        using var codec = SkiaSharp.SKCodec.Create(new MemoryStream(animation));
        Assert.Equal((720, 378), (codec.Info.Width, codec.Info.Height));
        using var first = SkiaSharp.SKBitmap.Decode(animation);
        using var alone = SkiaSharp.SKBitmap.Decode(frames[0]);
        Assert.Equal(alone.Bytes, first.Bytes);
    }

    [Fact]
    public void Paint_Mollweide_HasTheSouthBelowAndGreenwichInTheMiddle()
    {
        // One warm cell: in the south, a little east of Greenwich.
        var values = new double[18 * 36];
        values[4 * 36 + 1] = 1;

        using var image = SkiaSharp.SKBitmap.Decode(FramePainter.Paint(values, 18, 36, MapProjection.Mollweide, new ColourRange(0, 1)));

        var warm = (from y in Enumerable.Range(0, 360) from x in Enumerable.Range(0, 720) where image.GetPixel(x, y).Red == 104 select (x, y)).ToList();
        Assert.NotEmpty(warm);
        Assert.All(warm, p => Assert.True(p.x is > 360 and < 400 && p.y is > 200 and < 340, $"{p}"));
        Assert.Equal(SkiaSharp.SKColors.White, image.GetPixel(0, 0));
    }

    private static int Count(byte[] bytes, string chunk)
    {
        var (count, at) = (0, 0);
        while (bytes.AsSpan(at).IndexOf(Encoding.ASCII.GetBytes(chunk)) is var found and >= 0)
            (count, at) = (count + 1, at + found + 4);
        return count;
    }

    private static Task<SimulationSpec> ReadAsync(string fields) => SimulationSpec.ReadAsync(
        JobSpec.Parse(Encoding.UTF8.GetBytes("""{ "kind": "simulation", "name": "n", """ + fields.TrimStart()[1..]), ["simulation"]),
        [new HeatDefinition(), new ShallowWaterDefinition(), new NasEpDefinition()], new ProgramInputs(Moq.Mock.Of<IObjectStore>()), CancellationToken.None);
}
