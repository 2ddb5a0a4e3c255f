using System.Globalization;
using DuckDB.NET.Data;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>Writes executions as Parquet.</summary>
internal static class ExecutionFile
{
    /// <summary>The columns, in order.</summary>
    public static readonly IReadOnlyList<ColumnSchema> Columns =
    [
        new("order_id", "VARCHAR"), new("symbol", "VARCHAR"), new("side", "VARCHAR"), new("limit_price", "DOUBLE"), new("size", "BIGINT"), new("status", "VARCHAR"),
        new("price", "DOUBLE"), new("ordered_at", "TIMESTAMP"), new("ended_at", "TIMESTAMP"), new("latency_ms", "DOUBLE"),
    ];

    /// <summary>Writes a file.</summary>
    public static void Write(IReadOnlyList<Execution> executions, string path)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        Run($"SET threads = 1; CREATE TABLE executions ({string.Join(", ", Columns.Select(c => $"{c.Name} {c.Type}"))})");
        using (var appender = connection.CreateAppender("executions"))
        {
            foreach (var (order, price, time) in executions)
            {
                appender.CreateRow()
                    .AppendValue(order.Id).AppendValue(order.Symbol).AppendValue(order.Buys ? "buy" : "sell").AppendValue(order.Limit).AppendValue(order.Size)
                    .AppendValue(price is null ? "expired" : "executed").AppendValue(price).AppendValue(At(order.Time)).AppendValue(At(time))
                    .AppendValue((time - order.Time) / 1000.0)
                    .EndRow();
            }
        }

        Run(string.Create(CultureInfo.InvariantCulture, $"COPY executions TO {SqlText.Literal(path)} (FORMAT parquet, COMPRESSION zstd)"));

        void Run(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    private static DateTime At(long micros) => Micros.ToTime(micros).UtcDateTime;
}
