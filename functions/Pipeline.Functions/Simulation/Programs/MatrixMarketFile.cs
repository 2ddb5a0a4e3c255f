using System.Text;
using Pipeline.Storage;

namespace Pipeline.Simulation.Programs;

/// <summary>Matrices and vectors that simulations read by name, such as <c>matrices/plate.mtx</c>.</summary>
internal sealed class MatrixMarketFile : INamedFileFormat
{
    public string Extension => ".mtx";

    public Task CheckAsync(Stream content, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var reader = new StreamReader(content, Encoding.UTF8, leaveOpen: true);
            MatrixMarket.Check(reader, cancellationToken);
        },
        cancellationToken);
}
