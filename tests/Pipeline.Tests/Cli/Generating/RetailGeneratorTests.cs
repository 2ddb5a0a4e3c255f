using System.Security.Cryptography;
using Pipeline.Embedded.Cli.Generating;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Cli.Generating;

/// <summary>The made-up shops: the same every time, and such as real ones could be.</summary>
public sealed class RetailGeneratorTests(RetailGeneratorTests.Sales sales) : IClassFixture<RetailGeneratorTests.Sales>
{
    [Fact]
    public void Sales_TheSameSeedAndRows_AreTheSame()
    {
        var first = new RetailGenerator(3, 5_000).Sales().ToList();

        Assert.Equal(first, new RetailGenerator(3, 5_000).Sales());
        Assert.NotEqual(first, new RetailGenerator(4, 5_000).Sales());
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(12_345)]
    public void Sales_SoManyRows_AreExactlySoMany(int rows) => Assert.Equal(rows, new RetailGenerator(1, rows).Sales().Count());

    [Fact]
    public void Sales_AsTimeGoesOn_AreInItsOrderWithAReceiptForEachVisit()
    {
        Assert.Equal(sales.All, sales.All.OrderBy(s => s.SoldAt).ThenBy(s => s.Receipt));
        Assert.All(sales.All.GroupBy(s => s.Receipt), visit =>
        {
            Assert.Single(visit.Select(s => (s.SoldAt, s.Shop, s.Customer)).Distinct());
            Assert.Distinct(visit.Select(s => s.Product));
        });
        Assert.Equal(Enumerable.Range(1, (int)sales.All[^1].Receipt), sales.All.Select(s => (int)s.Receipt).Distinct());
    }

    [Fact]
    public void Sales_OfAYear_FollowHourWeekdayAndMonth()
    {
        Assert.All(sales.All, s => Assert.InRange(s.SoldAt.Hour, 8, 19));
        var byDay = sales.All.CountBy(s => s.SoldAt.DayOfWeek).ToDictionary();
        Assert.True(byDay[DayOfWeek.Saturday] > 1.15 * byDay[DayOfWeek.Friday] && byDay[DayOfWeek.Friday] > 2 * byDay[DayOfWeek.Sunday]);
        var byMonth = sales.All.CountBy(s => s.SoldAt.Month).ToDictionary();
        Assert.Equal(12, byMonth.MaxBy(m => m.Value).Key);
        Assert.True(byMonth[12] > 1.4 * byMonth[2]);
        var byYear = sales.All.CountBy(s => s.SoldAt.Year).ToDictionary();
        Assert.InRange((double)byYear[2025] / byYear[2024], 1.02, 1.1);
        Assert.DoesNotContain(sales.All, s => s.SoldAt is { Month: 12, Day: 25 });
    }

    [Fact]
    public void Sales_OfProducts_AreMostlyOfFewAndOfWhatIsInSeason()
    {
        var byProduct = sales.All.CountBy(s => s.Product).Select(p => p.Value).OrderDescending().ToList();
        Assert.InRange((double)byProduct.Take(sales.Chain.Products.Count / 10).Sum() / sales.All.Count, 0.45, 0.8);
        Assert.True(Share("Garden", 5) > 3 * Share("Garden", 1));
        Assert.True(Share("Toys", 12) > 2 * Share("Toys", 6));

        double Share(string category, int month) =>
            (double)sales.All.Count(s => s.SoldAt.Month == month && s.Quantity > 0 && Product(s).Category.Name == category) / sales.All.Count(s => s.SoldAt.Month == month);
    }

    [Fact]
    public void Sales_OfShops_GoBySizeAndBeginWhenTheyOpen()
    {
        var byShop = sales.All.CountBy(s => s.Shop).ToDictionary();
        Assert.Equal(RetailChain.ShopCount, byShop.Count);
        Assert.True(byShop.Values.Max() > 4 * byShop.Values.Min());
        Assert.All(sales.All, s => Assert.True(DateOnly.FromDateTime(s.SoldAt) >= sales.Chain.Shops[s.Shop - 1].Opened));
        Assert.Contains(sales.Chain.Shops, s => s.Opened > RetailGenerator.First);
    }

    [Fact]
    public void Sales_OfCustomers_AreKnownForMoreThanHalfOfTheReceipts()
    {
        var receipts = sales.All.DistinctBy(s => s.Receipt).ToList();
        Assert.InRange((double)receipts.Count(r => r.Customer is not null) / receipts.Count, 0.55, 0.65);
        Assert.InRange((double)sales.All.Count / receipts.Count, 1.8, 3.5);
    }

    [Fact]
    public void Returns_OfWhatWasBought_ComeWithinTheMonthToTheSameShopAtTheSamePrice()
    {
        var bought = sales.All.Where(s => s.Quantity > 0).ToLookup(s => (s.Shop, s.Customer, s.Product, s.Price));
        var returned = sales.All.Where(s => s.Quantity < 0).ToList();

        Assert.InRange((double)returned.Count / sales.All.Count, 0.01, 0.05);
        Assert.All(returned, r => Assert.Contains(
            bought[(r.Shop, r.Customer, r.Product, r.Price)], b => b.SoldAt.Date < r.SoldAt.Date && (r.SoldAt.Date - b.SoldAt.Date).TotalDays <= 31 && b.Quantity >= -r.Quantity));
        Assert.True(Rate("Clothing") > 5 * Rate("Groceries"));

        double Rate(string category) => (double)returned.Count(s => Product(s).Category.Name == category) / sales.All.Count(s => Product(s).Category.Name == category);
    }

    [Fact]
    public void Prices_OfAProduct_FallForAMonthNowAndThen()
    {
        Assert.All(sales.All, s => Assert.InRange((double)s.Price / Product(s).Price, 0.79, 1.05));
        Assert.InRange((double)sales.All.Count(s => s.Price < 0.9 * Product(s).Price) / sales.All.Count, 0.05, 0.3);
        Assert.All(sales.Chain.Products, p => Assert.InRange(p.Price, p.Category.Cheapest, p.Category.Dearest));
        Assert.Distinct(sales.Chain.Products.Select(p => (p.Category, p.Name)));
    }

    [Fact]
    public void Files_TheSameSeedAndRows_AreTheSameToTheByteAndHoldEverySale()
    {
        using var folder = new TemporaryFolder();
        using var duck = new DuckDb();
        var months = new List<int>();
        RetailFiles.Write(new RetailGenerator(3, 5_000), folder["a"], months.Add, CancellationToken.None);
        RetailFiles.Write(new RetailGenerator(3, 5_000), folder["b"], _ => { }, CancellationToken.None);

        Assert.Equal(Enumerable.Range(1, 24), months);
        var files = Digests(folder["a"]);
        Assert.Equal(26, files.Count);
        Assert.Equal(files, Digests(folder["b"]));
        var all = new RetailGenerator(3, 5_000).Sales().ToList();
        Assert.Equal(
            [[5_000L, all.Sum(s => s.Quantity * s.Price / 100m), (long)all.Count(s => s.Customer is null), all[0].SoldAt, all[^1].SoldAt]],
            duck.Rows($"select count(*), sum(quantity * price)::decimal(18,2), count(*) filter (where customer is null), min(sold_at), max(sold_at) from '{folder["a", "sales"]}/*/*.parquet'"));
        Assert.Equal(0L, duck.Value($"select count(*) from read_parquet('{folder["a", "sales"]}/*/*.parquet', hive_partitioning = true, hive_types_autocast = false) where strftime(sold_at, '%Y-%m') <> month"));
        Assert.Equal(
            [["DECIMAL(9,2)", "TIMESTAMP"]], duck.Rows($"select typeof(price), typeof(sold_at) from '{folder["a", "sales"]}/*/*.parquet' limit 1"));
        Assert.Equal(
            [[1_400L, 40L]], duck.Rows($"select (select count(*) from '{folder["a", "products"]}/*.parquet'), (select count(distinct city) from '{folder["a", "shops"]}/*.parquet')"));
    }

    [Fact]
    public async Task Generate_WhatNobodyMakesUp_IsRefusedWithWhatIsMeant()
    {
        var run = await CliRun.OfAsync("generate", "retial");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("Did you mean 'retail'?", run.Error, StringComparison.Ordinal);
    }

    private static List<string> Digests(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{Path.GetRelativePath(folder, f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}")];

    private RetailProduct Product(RetailSale sale) => sales.Chain.Products[sale.Product - 1];

    /// <summary>Enough sales for their shares to be what they should be.</summary>
    public sealed class Sales
    {
        public Sales()
        {
            var retail = new RetailGenerator(7, 200_000);
            (Chain, All) = (retail.Chain, [.. retail.Sales()]);
        }

        internal RetailChain Chain { get; }

        internal IReadOnlyList<RetailSale> All { get; }
    }
}
