using System.Globalization;
using DuckDB.NET.Data;
using Pipeline.Sql;

namespace Pipeline.Embedded.Cli.Generating;

/// <summary>Writes a made-up chain of shops as three datasets: <c>sales</c> with a folder a month, <c>products</c> and <c>shops</c>.</summary>
internal static class RetailFiles
{
    /// <summary>The datasets, which are folders below the one that is written into.</summary>
    public static readonly IReadOnlyList<string> Datasets = ["sales", "products", "shops"];

    /// <summary>Writes the files. Of the sales, one month is in memory at a time.</summary>
    /// <param name="retail">What to write.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="onMonth">Is told of each month that is written, from 1.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    public static void Write(RetailGenerator retail, string folder, Action<int> onMonth, CancellationToken cancellationToken)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        // One thread, so that the same rows give the same bytes.
        Run("SET threads = 1");
        Write("products", "part-0", "product INTEGER, name VARCHAR, category VARCHAR, price DECIMAL(9,2)", retail.Chain.Products, (row, p) =>
            row.AppendValue(p.Id).AppendValue(p.Name).AppendValue(p.Category.Name).AppendValue(Money(p.Price)));
        Write("shops", "part-0", "shop INTEGER, city VARCHAR, square_metres INTEGER, opened DATE", retail.Chain.Shops, (row, s) =>
            row.AppendValue(s.Id).AppendValue(s.City).AppendValue(s.SquareMetres).AppendValue(s.Opened));
        using var sales = retail.Sales().GetEnumerator();
        var more = sales.MoveNext();
        for (var month = 0; month < RetailGenerator.Months; month++)
        {
            var first = RetailGenerator.First.AddMonths(month);
            Write("sales", string.Create(CultureInfo.InvariantCulture, $"month={first:yyyy-MM}/part-0"),
                "receipt BIGINT, sold_at TIMESTAMP, shop INTEGER, customer INTEGER, product INTEGER, quantity INTEGER, price DECIMAL(9,2)",
                Before(first.AddMonths(1).ToDateTime(default)),
                (row, s) => row.AppendValue(s.Receipt).AppendValue(s.SoldAt).AppendValue(s.Shop).AppendValue(s.Customer).AppendValue(s.Product).AppendValue(s.Quantity).AppendValue(Money(s.Price)));
            onMonth(month + 1);
        }

        IEnumerable<RetailSale> Before(DateTime end)
        {
            for (; more && sales.Current.SoldAt < end; more = sales.MoveNext())
                yield return sales.Current;
        }

        void Write<T>(string dataset, string name, string columns, IEnumerable<T> rows, Action<IDuckDBAppenderRow, T> append)
        {
            Run($"CREATE OR REPLACE TABLE rows ({columns})");
            using (var appender = connection.CreateAppender("rows"))
            {
                foreach (var one in rows)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var row = appender.CreateRow();
                    append(row, one);
                    row.EndRow();
                }
            }
            var path = Path.Combine(folder, dataset, $"{name}.parquet");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Run($"COPY rows TO {SqlText.Literal(path)} (FORMAT parquet, COMPRESSION zstd)");
        }

        void Run(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    private static decimal Money(int hundredths) => new(hundredths, 0, 0, false, 2);
}
