using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Atelier.Dashboard;
using Atelier.Dataset.Stores;

namespace Atelier.Bench.Pages;

/// <summary>How long a large list takes to be sent, and how far memory grows meanwhile.</summary>
internal static class UploadTimes
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    public static async Task WriteAsync(int rows, Table table)
    {
        var folder = Directory.CreateTempSubdirectory("atelier-bench-");
        try
        {
            await using var host = await DashboardHost.StartAsync(new DashboardOptions { Store = new DirectoryStore(folder.FullName), Port = 0 });
            using var http = new HttpClient { BaseAddress = host.Address, Timeout = Timeout.InfiniteTimeSpan };
            var before = Heap.Bytes();
            using var stop = new CancellationTokenSource();
            var watch = WatchAsync(stop.Token);
            var begun = Stopwatch.GetTimestamp();
            using var content = new RowsContent(rows);
            using var response = await http.PostAsync(new Uri("/api/v1/files", UriKind.Relative), content);
            response.EnsureSuccessStatusCode();
            var took = Stopwatch.GetElapsedTime(begun);
            await stop.CancelAsync();
            table.WriteRow([$"upload of {rows:N0} rows, {content.Sent / 1e6:N0} MB", "30 s, 64 MiB more heap", $"{took.TotalSeconds:N1} s, {Math.Max(0, await watch - before) / 1048576.0:N0} MiB more heap at most, sender and garbage included"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<long> WatchAsync(CancellationToken stop)
    {
        var most = 0L;
        while (!stop.IsCancellationRequested)
        {
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
            await Task.Delay(Period, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return most;
    }

    /// <summary>Rows that are made while they are sent.</summary>
    private sealed class RowsContent : HttpContent
    {
        private readonly int _rows;

        public RowsContent(int rows)
        {
            _rows = rows;
            Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        }

        public long Sent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var row = 0; row < _rows;)
            {
                var text = new StringBuilder();
                for (var end = Math.Min(_rows, row + 500); row < end; row++) text.Append(CultureInfo.InvariantCulture, $"{{\"prompt\": \"a red circle left of a blue square {row}\", \"id\": \"row-{row:D9}\"}}\n");
                var bytes = Encoding.UTF8.GetBytes(text.ToString());
                Sent += bytes.Length;
                await stream.WriteAsync(bytes);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
