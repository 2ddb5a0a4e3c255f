using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Applications.Signal;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Tests.Grid.Applications;

/// <summary>The search for signals: what was put into noise is found where it was put, and noise alone shows nothing.</summary>
public sealed class SignalApplicationTests : IDisposable
{
    private const string Noise = """{"rate":2048,"block":16384,"shortestTransform":256,"longestTransform":4096,"recording":{"samples":16384,"seed":4}}""";
    private const string Carrier = """
        {"rate":2048,"block":16384,"shortestTransform":256,"longestTransform":4096,"drift":{"from":-2,"to":2,"step":0.5},"driftsPerUnit":4,
         "recording":{"samples":16384,"seed":4,"signals":[{"frequency":-301.5,"drift":1.5,"power":0.05}]}}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-test-").FullName;
    private readonly SignalApplication _application = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Search_NoiseAlone_ShowsNothing() => Assert.Empty(await FindAsync(Source(Noise)));

    [Fact]
    public async Task Search_ADriftingCarrierBelowTheNoise_IsFoundWithItsFrequencyAndDrift()
    {
        var found = await FindAsync(Source(Carrier));

        var best = found.MaxBy(d => d.Power)!;
        Assert.Equal((Detection.Spike, 4096L, 1.5), (best.Kind, best.Transform, best.Drift));
        Assert.InRange(best.Frequency, -302, -301);
        Assert.InRange(best.Power, 40, 200);
    }

    [Fact]
    public async Task Search_ACarrierThatComesAndGoes_IsFoundWithItsTimeAndWidth()
    {
        var found = await FindAsync(Source(Noise.Replace("\"seed\":4", "\"seed\":4,\"signals\":[{\"frequency\":512,\"power\":0.06,\"time\":5,\"width\":0.25}]", StringComparison.Ordinal)));

        var best = found.Where(d => d.Kind == Detection.Gaussian).MaxBy(d => d.Power)!;
        Assert.Equal((256L, 512.0, 0.25), (best.Transform, best.Frequency, best.Width!.Value));
        Assert.InRange(best.Time, 4.8, 5.2);
    }

    [Fact]
    public async Task Search_TheSameAsWavAndAsDataset_FindsTheSame()
    {
        var samples = new SyntheticRecording(4, [new SyntheticSignal(-301.5, 0, 0.05)]).Make(0, 20_000, 2048);
        var shorts = samples.InPhase.Zip(samples.Quadrature).SelectMany(s => new[] { s.First, s.Second }).Select(s => (short)Math.Clamp(s * 6_000, short.MinValue, short.MaxValue)).ToArray();
        await PutAsync("sky/night.wav", Wav(2048, 2, shorts));
        var columns = new[] { new ColumnSchema("i", "DOUBLE"), new ColumnSchema("q", "DOUBLE") };
        var pairs = string.Join(',', shorts.Chunk(2).Select(pair => $"({pair[0]},{pair[1]})"));
        using (var session = DuckDbSession.Open())
            await session.WriteResultAsync($"select * from (values {pairs}) as t(i, q)", columns, Path.Combine(_folder, "part.parquet"), "zstd", [], CancellationToken.None);
        await PutAsync("samples/part.parquet", await File.ReadAllBytesAsync(Path.Combine(_folder, "part.parquet")));
        const string Parameters = """{"block":16384,"shortestTransform":256,"longestTransform":4096}""";

        var fromWav = await FindAsync(new GridSource(null, "sky/night.wav", Json(Parameters)));
        var fromDataset = await FindAsync(new GridSource("samples", null, Json(Parameters.Replace("{", "{\"rate\":2048,", StringComparison.Ordinal))));

        Assert.NotEmpty(fromWav);
        Assert.InRange(fromWav.MaxBy(d => d.Power)!.Frequency, -302, -301);
        Assert.Equal(fromWav.Select(d => (d.Kind, d.Frequency, d.Time)), fromDataset.Select(d => (d.Kind, d.Frequency, d.Time)));
        Assert.All(fromWav.Zip(fromDataset), pair => Assert.Equal(pair.First.Power, pair.Second.Power, 1e-6 * pair.First.Power));
    }

    [Fact]
    public async Task Checkpoint_AfterEveryStep_ContinuesToTheSameBytes()
    {
        var unit = (await SplitAsync(Source(Carrier)))[1];
        var expected = Finish(_application.Open(Payload(unit), default)).ToArray();

        ReadOnlyMemory<byte> checkpoint = default;
        var steps = 0;
        for (var done = false; !done; steps++)
        {
            using var computation = SignalApplication.Open(Payload(unit), checkpoint, TimeSpan.Zero);
            Assert.False(computation.Step(new CancellationToken(canceled: true)));
            done = computation.Step(CancellationToken.None);
            checkpoint = computation.Checkpoint();
        }

        Assert.Equal(4 * 3, steps);
        Assert.Equal(expected, Finish(_application.Open(Payload(unit), checkpoint)).ToArray());
        Assert.Throws<InvalidDataException>(() => _application.Open(Payload(unit), "{}"u8.ToArray()));
    }

    [Fact]
    public async Task Split_DriftsInUnitsOfAnySize_SearchesEachOnce()
    {
        var units = await SplitAsync(Source(Carrier));

        Assert.Equal(["block-000000-drift-0000", "block-000000-drift-0001", "block-000000-drift-0002"], units.Select(unit => unit.Name));
        Assert.Equal([-4, -3, -2, -1, 0, 1, 2, 3, 4], units.SelectMany(unit => SignalUnit.Parse(unit.Input.Span).Unit is var u ? Enumerable.Range(u.FirstDrift, u.Drifts) : []));
    }

    [Theory]
    [InlineData("spike 30.0000000 24", "spike 30.0000001 24", true)]
    [InlineData("spike 30 24", "spike 30.01 24", false)]
    [InlineData("spike 30 24", "gaussian 30 24", false)]
    [InlineData("spike 30 24", "", false)]
    [InlineData("spike 24.000001 24", "", true)]
    [InlineData("spike 30 24", "spike 30 29", false)]
    [InlineData("", "", true)]
    public void Agree_TwoResults_LooksAtPlacesExactlyAndAtPowersWithinRounding(string one, string other, bool agree)
    {
        var (a, b) = (Result(one), Result(other));

        Assert.Equal(agree, _application.Validator.Agree(a, b));
        Assert.Equal(agree, _application.Validator.Agree(b, a));
        Assert.True(_application.Validator.Agree(a, a));
    }

    [Fact]
    public void Agree_WhatIsNoResult_AgreesWithNothingElse()
    {
        var (nonsense, result) = ("nonsense"u8.ToArray(), Result("spike 30 24"));
        Assert.False(_application.Validator.Agree(nonsense, result));
        Assert.False(_application.Validator.Agree(result, nonsense));
        Assert.True(_application.Validator.Agree(nonsense, nonsense));
    }

    [Theory]
    [InlineData("""{}""", "/input")]
    [InlineData("""{"recording":{"samples":300000}}""", "/parameters/rate")]
    [InlineData("""{"rate":1000,"recording":{}}""", "/parameters/recording/samples")]
    [InlineData("""{"rate":1000,"block":1000,"recording":{"samples":300000}}""", "/parameters/block")]
    [InlineData("""{"rate":1000,"longestTransform":1048576,"recording":{"samples":300000}}""", "/parameters/longestTransform")]
    [InlineData("""{"rate":1000,"drift":{"from":1,"to":0},"recording":{"samples":300000}}""", "/parameters/drift/to")]
    [InlineData("""{"rate":1000,"drift":{"from":0,"to":100,"step":0.001},"recording":{"samples":300000}}""", "/parameters/drift/step")]
    [InlineData("""{"rate":1000,"recording":{"samples":300000,"signals":[{"frequency":501,"power":1}]}}""", "/parameters/recording/signals/0/frequency")]
    [InlineData("""{"rate":1000,"recording":{"samples":300000,"signals":[{"frequency":1,"power":1,"time":3}]}}""", "/parameters/recording/signals/0/width")]
    public void Check_AFaultySpec_IsToldWhere(string parameters, string pointer)
    {
        var faults = new List<SpecFault>();
        _application.Check(Source(parameters), faults);
        Assert.Contains(pointer, faults.Select(fault => fault.Pointer));
    }

    [Fact]
    public async Task Split_AWavFileOfAnotherKind_SaysWhatIsRead()
    {
        await PutAsync("mono.wav", Wav(8000, 1, new short[1000]));
        await PutAsync("none.wav", "RIFF????WAVEnope"u8.ToArray());
        foreach (var (file, part) in new[] { ("mono.wav", "1 channels of 16 bits; two of 16 bits are read"), ("none.wav", "it has no samples") })
        {
            var e = await Assert.ThrowsAsync<InvalidDataException>(() => SplitAsync(new GridSource(null, file, Json("{}"))));
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Open_ADamagedInput_IsRefused()
    {
        var input = (await SplitAsync(Source(Noise)))[0].Input.ToArray();
        foreach (var damaged in new[] { [], input[..^1], [.. input, 0], new byte[8], Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(input).Replace("16384", "99999", StringComparison.Ordinal)) })
            Assert.Throws<InvalidDataException>(() => _application.Open(new UnitPayload("u", damaged, new Dictionary<string, string>()), default));
    }

    private static byte[] Result(string row)
    {
        var rows = new List<object?[]>();
        if (row.Split(' ') is [var kind, var power, var threshold])
            rows.Add(new Detection(kind, 1024, 12.5, 0.1, 3, null, double.Parse(power), double.Parse(threshold)).Values());
        return ResultText.Write(new ResultTable(Detection.Fields, rows));
    }

    private static byte[] Wav(int rate, short channels, short[] samples)
    {
        var wav = new byte[44 + samples.Length * 2];
        "RIFF????WAVEfmt "u8.CopyTo(wav);
        wav[16] = 16;
        wav[20] = 1;
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), channels);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), rate);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), 16);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), samples.Length * 2);
        for (var i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(44 + i * 2), samples[i]);
        return wav;
    }

    private static GridSource Source(string parameters) => new(null, null, Json(parameters));

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    private DirectoryObjectStore Store() => new(_folder);

    private async Task PutAsync(string path, byte[] content) =>
        await Store().WriteAsync(DatasetFolders.Container, path, new MemoryStream(content), WriteCondition.None, CancellationToken.None);

    private async Task<List<UnitDraft>> SplitAsync(GridSource source) => await _application.SplitAsync(source, Store(), CancellationToken.None).ToListAsync();

    private async Task<List<Detection>> FindAsync(GridSource source) =>
        [.. (await SplitAsync(source)).SelectMany(unit => _application.Read(Finish(_application.Open(Payload(unit), default))).Rows).Select(Detection.From)];

    private UnitPayload Payload(UnitDraft unit) =>
        new(unit.Name, unit.Input, unit.SharedFiles.ToDictionary(file => file, file => Path.Combine(_folder, DatasetFolders.Container, file)));

    private static ReadOnlyMemory<byte> Finish(IGridComputation computation)
    {
        using (computation)
        {
            while (!computation.Step(CancellationToken.None))
            {
            }
            return computation.Result();
        }
    }
}
