using System.Globalization;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>A model <c>tens</c> of as many versions as a test likes, shared by all hosts of the test. Version 1 says ten times the price, version 2
/// twenty times, and so on.</summary>
internal sealed class FakeScorers : IRowScorers
{
    private int _calls;

    /// <summary>The version that is used where none is asked for.</summary>
    public int Promoted { get; set; } = 1;

    /// <summary>What tells a version from another of the same number.</summary>
    public string Fingerprint { get; set; } = "a";

    /// <summary>How often rows were scored.</summary>
    public int Calls => _calls;

    /// <summary>How often a model was loaded.</summary>
    public int Loads { get; private set; }

    public Task<IRowScorer> OpenAsync(string model, int? version, string name, IReadOnlyList<ColumnSchema> columns, CancellationToken cancellationToken)
    {
        if (model != "tens")
            throw new SpecException("/model", $"There is no model '{model}'.{NearestName.Hint(model, ["tens"])}");
        if (columns.All(c => c.Name != "price"))
            throw new SpecException("", $"The model 'tens' needs a column 'price'.{NearestName.Hint("price", columns.Select(c => c.Name))}");
        Loads++;
        return Task.FromResult<IRowScorer>(new Tens(this, version ?? Promoted, name));
    }

    private sealed class Tens(FakeScorers models, int version, string name) : IRowScorer
    {
        public int Version => version;

        public string Fingerprint { get; } = models.Fingerprint;

        public IReadOnlyList<ColumnSchema> Columns => [new(name, "DOUBLE")];

        public void Dispose()
        {
        }

        public Task ScoreAsync(string file, string target, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref models._calls);
            using var duck = new DuckDb();
            duck.Write(string.Create(CultureInfo.InvariantCulture, $"SELECT *, (price * {10 * version})::DOUBLE AS {SqlText.Name(name)} FROM read_parquet('{file}')"), target);
            return Task.CompletedTask;
        }
    }
}
