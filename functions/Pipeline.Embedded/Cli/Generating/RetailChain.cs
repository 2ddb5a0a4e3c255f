namespace Pipeline.Embedded.Cli.Generating;

/// <summary>The shops of a made-up chain, and what they sell.</summary>
internal sealed class RetailChain
{
    /// <summary>How many shops there are.</summary>
    public const int ShopCount = 40;

    // So many shops open only after the first day.
    private const int NewShops = 6;

    private static readonly string[] s_makers = ["Alder", "Brook", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Haven", "Isle", "Juniper", "Kestrel", "Linden", "Meadow", "North", "Orchard", "Pine"];
    private static readonly string[] s_firsts = ["Ash", "Bridge", "Cold", "Deer", "East", "Fair", "Green", "High", "King's", "Long", "Mill", "New", "Oak", "River", "Stone", "West"];
    private static readonly string[] s_lasts = ["bourne", "field", "ford", "ham", "haven", "mouth", "port", "ton", "well", "wick"];

    /// <summary>Makes a chain up.</summary>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="first">The first day on which anything is sold.</param>
    /// <param name="days">How many days there are.</param>
    public RetailChain(Random random, DateOnly first, int days)
    {
        Shops = [.. MakeShops(random, first, days)];
        Products = [.. MakeProducts(random)];
    }

    /// <summary>The shops, by their numbers.</summary>
    public IReadOnlyList<RetailShop> Shops { get; }

    /// <summary>The products, by their numbers.</summary>
    public IReadOnlyList<RetailProduct> Products { get; }

    private static IEnumerable<RetailShop> MakeShops(Random random, DateOnly first, int days)
    {
        var cities = new HashSet<string>(StringComparer.Ordinal);
        for (var id = 1; id <= ShopCount; id++)
        {
            string city;
            do
            {
                city = s_firsts[random.Next(s_firsts.Length)] + s_lasts[random.Next(s_lasts.Length)];
            }
            while (!cities.Add(city));
            var opened = id > ShopCount - NewShops ? first.AddDays(30 + random.Next(days - 60)) : first.AddDays(-random.Next(365, 365 * 20));
            // The n-th largest shop is to the largest as 1 to the root of n.
            yield return new RetailShop(id, city, (int)(4_000 / Math.Sqrt(1 + (id * 17 % ShopCount)) * (0.9 + 0.2 * random.NextDouble())), opened);
        }
    }

    private static IEnumerable<RetailProduct> MakeProducts(Random random)
    {
        var id = 0;
        foreach (var category in RetailCategory.All)
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            // Zipf's law: the n-th most popular of a category is bought 1/n as often as the first, more or less.
            var weights = Enumerable.Range(0, category.Products).Select(n => 1 / (n + 2.0)).ToArray();
            var sum = weights.Sum();
            random.Shuffle(weights);
            foreach (var weight in weights)
            {
                var name = $"{s_makers[random.Next(s_makers.Length)]} {category.Words[random.Next(category.Words.Count)]}";
                for (var number = 2; !names.Add(name); number++)
                    name = $"{name.TrimEnd("0123456789".ToCharArray()).TrimEnd()} {number}";
                // As many cost between 1 and 2 as between 10 and 20; prices end in 9.
                var price = category.Cheapest * Math.Pow((double)category.Dearest / category.Cheapest, random.NextDouble() * random.NextDouble());
                yield return new RetailProduct(++id, name, category, (int)(price / 10) * 10 + 9, category.Demand * weight / sum);
            }
        }
    }
}
