namespace Pipeline.Jobs;

/// <summary>A column of a result.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its SQL type, for instance <c>DECIMAL(18,2)</c>.</param>
public sealed record ResultColumn(string Name, string Type);
