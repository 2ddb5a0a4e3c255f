namespace Pipeline.Embedded.Cli.Generating;

/// <summary>
/// Makes up two years of a chain of shops: people come more on Saturdays and before Christmas, and at noon and after work; some
/// shops are larger; few products make most of the sales, and garden tools sell in spring; prices fall for a month and come
/// back; some of what is bought is brought back. The same seed and number of rows always give the same sales.
/// </summary>
internal sealed class RetailGenerator
{
    /// <summary>The first day.</summary>
    public static readonly DateOnly First = new(2024, 1, 1);

    /// <summary>How many months there are.</summary>
    public const int Months = 24;

    private const int LongestReturn = 30;
    private const double YearlyGrowth = 1.06;

    // Sunday first.
    private static readonly double[] s_weekday = [0.35, 0.85, 0.85, 0.9, 1, 1.25, 1.6];
    private static readonly double[] s_month = [0.86, 0.86, 0.96, 1, 1, 1, 0.96, 0.95, 1, 1.02, 1.15, 1.5];

    // From 8 o'clock on, by the hour.
    private static readonly double[] s_workday = [0.5, 0.7, 0.9, 1.1, 1.5, 1.1, 0.9, 1, 1.4, 2, 1.7, 0.8];
    private static readonly double[] s_saturday = [0.6, 1.2, 1.8, 2, 1.9, 1.7, 1.5, 1.3, 1.1, 0.8, 0.5, 0.3];
    private static readonly double[] s_sunday = [0, 0, 0.6, 1.2, 1.4, 1.4, 1.3, 1.1, 0.8, 0, 0, 0];

    private readonly Random _random;
    private readonly long _rows;
    private readonly int _customers;
    private readonly double[] _traffic;
    private readonly Queue<RetailSale>[] _returns;

    /// <param name="seed">Which chain.</param>
    /// <param name="rows">How many lines receipts have altogether.</param>
    public RetailGenerator(int seed, long rows)
    {
        _random = new Random(seed);
        _rows = rows;
        _customers = (int)Math.Clamp(rows / 80, RetailChain.ShopCount, 10_000_000);
        Days = First.AddMonths(Months).DayNumber - First.DayNumber;
        Chain = new RetailChain(_random, First, Days);
        _traffic = RunningSums(Enumerable.Range(0, Days).Select(Traffic));
        _returns = [.. Enumerable.Range(0, Days).Select(_ => new Queue<RetailSale>())];
    }

    /// <summary>The shops and what they sell.</summary>
    public RetailChain Chain { get; }

    /// <summary>How many days there are.</summary>
    public int Days { get; }

    /// <summary>All sales, in the order of time.</summary>
    public IEnumerable<RetailSale> Sales()
    {
        var (made, receipt) = (0L, 0L);
        Month? month = null;
        for (var day = 0; day < Days; day++)
        {
            var date = First.AddDays(day);
            if (date.Day == 1)
                month = new Month(this, date);
            var until = (long)Math.Round(_rows * (_traffic[day] / _traffic[^1]));
            var visits = Visits(date, day, until - made, month!);
            visits.Sort((a, b) => a.Time.CompareTo(b.Time));
            foreach (var visit in visits)
            {
                receipt++;
                foreach (var line in visit.Lines)
                    yield return line with { Receipt = receipt };
            }
            made = until;
        }
    }

    // A day's receipts, which have so many lines altogether.
    private List<Visit> Visits(DateOnly date, int day, long lines, Month month)
    {
        var visits = new List<Visit>();
        var hours = RunningSums(date.DayOfWeek switch { DayOfWeek.Saturday => s_saturday, DayOfWeek.Sunday => s_sunday, _ => s_workday });
        for (; lines > 0 && _returns[day].TryDequeue(out var bought); lines--)
        {
            var time = Time(date, hours);
            visits.Add(new Visit(time, [bought with { SoldAt = time, Quantity = -bought.Quantity }]));
        }
        while (lines > 0)
        {
            var time = Time(date, hours);
            var basket = Basket(time, day, (int)Math.Min(lines, 30), month);
            visits.Add(new Visit(time, basket));
            lines -= basket.Count;
        }
        return visits;
    }

    private List<RetailSale> Basket(DateTime time, int day, int most, Month month)
    {
        var shop = month.Shops[Pick(month.ShopShares)];
        var customer = _random.NextDouble() < 0.6 ? Customer(shop.Id) : (int?)null;
        var size = Math.Min(most, 1 + Geometric(0.36));
        var basket = new List<RetailSale>(size);
        for (var tries = 0; basket.Count < size && (basket.Count == 0 || tries < 3 * size); tries++)
        {
            var product = Chain.Products[Pick(month.ProductShares)];
            if (basket.Exists(s => s.Product == product.Id))
                continue;
            var quantity = 1 + (product.Category.Name == "Groceries" ? Geometric(0.6) : Geometric(0.93));
            var line = new RetailSale(0, time, shop.Id, customer, product.Id, quantity, month.Prices[product.Id - 1]);
            basket.Add(line);
            if (_random.NextDouble() < product.Category.Returned && day + 1 + _random.Next(LongestReturn) is var back && back < Days)
                _returns[back].Enqueue(line with { Quantity = 1 + _random.Next(quantity) });
        }
        return basket;
    }

    // Most go to their own shop, and some far more often than others.
    private int Customer(int shop)
    {
        var share = _customers / RetailChain.ShopCount;
        var own = (int)(share * Math.Pow(_random.NextDouble(), 2));
        return 1 + (_random.NextDouble() < 0.9 ? (shop - 1) * share + own : _random.Next(_customers));
    }

    private double Traffic(int day)
    {
        var date = First.AddDays(day);
        var isClosed = date is { Month: 1, Day: 1 } or { Month: 12, Day: 25 };
        return isClosed ? 0 : s_weekday[(int)date.DayOfWeek] * s_month[date.Month - 1] * Math.Pow(YearlyGrowth, day / 365.0) * (0.93 + 0.14 * _random.NextDouble());
    }

    private DateTime Time(DateOnly date, double[] hours) => date.ToDateTime(new TimeOnly(8 + Pick(hours), _random.Next(60), _random.Next(60)));

    private int Pick(double[] sums)
    {
        var at = Array.BinarySearch(sums, _random.NextDouble() * sums[^1]);
        // What has no share is never met: a sum that is hit to the last bit belongs to what comes behind it.
        return at < 0 ? ~at : Math.Min(at + 1, sums.Length - 1);
    }

    // How often one fails before one succeeds.
    private int Geometric(double success) => Math.Min(19, (int)(Math.Log(1 - _random.NextDouble()) / Math.Log(1 - success)));

    private static double[] RunningSums(IEnumerable<double> shares)
    {
        var sum = 0.0;
        return [.. shares.Select(share => sum += share)];
    }

    private readonly record struct Visit(DateTime Time, IReadOnlyList<RetailSale> Lines);

    // What is the same for a month: who is open, what costs how much, what is in season.
    private sealed class Month
    {
        public Month(RetailGenerator retail, DateOnly first)
        {
            var chain = retail.Chain;
            Shops = [.. chain.Shops.Where(s => s.Opened <= first)];
            ShopShares = RunningSums(Shops.Select(s => (double)s.SquareMetres));
            var cheaper = chain.Products.Select(_ => retail._random.NextDouble() < 0.08 ? 0.8 : 1.0).ToArray();
            var rise = 1 + 0.02 * (first.DayNumber - First.DayNumber) / 365.0;
            Prices = [.. chain.Products.Select((p, i) => (int)Math.Round(p.Price * cheaper[i] * rise))];
            ProductShares = RunningSums(chain.Products.Select((p, i) => p.Popularity * p.Category.Season[first.Month - 1] * (cheaper[i] < 1 ? 1.8 : 1)));
        }

        public IReadOnlyList<RetailShop> Shops { get; }

        public double[] ShopShares { get; }

        public int[] Prices { get; }

        public double[] ProductShares { get; }
    }
}
