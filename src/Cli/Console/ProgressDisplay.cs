using System.Globalization;
using Atelier.Input;
using Spectre.Console;

namespace Atelier.Cli;

/// <summary>Shows how far long work is: a bar on a terminal, plain lines where the output goes to a file or a pipe.</summary>
internal sealed class ProgressDisplay
{
    private readonly IAnsiConsole _console;
    private readonly ProgressTask? _bar;
    private readonly string _unit;
    private readonly long _first;
    private readonly long _total;
    private readonly long _lineEvery;
    private long _linesDone;
    private readonly long _started = TimeProvider.System.GetTimestamp();

    private ProgressDisplay(IAnsiConsole console, ProgressTask? bar, string unit, long first, long total, long lineEvery) =>
        (_console, _bar, _unit, _first, _total, _lineEvery, _linesDone) = (console, bar, unit, first, total, lineEvery, first / lineEvery);

    /// <summary>Does work under a display.</summary>
    /// <param name="console">Where to show it.</param>
    /// <param name="unit">What is counted, such as <c>step</c>.</param>
    /// <param name="first">How much is done before.</param>
    /// <param name="total">How much there is to do.</param>
    /// <param name="lineEvery">On a plain output, a line each time that so much more is done, and one at the end.</param>
    /// <param name="work">The work, which calls <see cref="Report"/>.</param>
    public static void Run(IAnsiConsole console, string unit, long first, long total, long lineEvery, Action<ProgressDisplay> work)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            work(new ProgressDisplay(console, null, unit, first, total, lineEvery));
            return;
        }
        console.Progress()
            .Columns(new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                var bar = context.AddTask(unit, maxValue: total);
                bar.Value = first;
                work(new ProgressDisplay(console, bar, unit, first, total, lineEvery));
            });
    }

    /// <summary>Shows a new state. Not for several threads at once.</summary>
    /// <param name="done">How much is done.</param>
    /// <param name="details">What else to say.</param>
    public void Report(long done, string details)
    {
        var elapsed = TimeProvider.System.GetElapsedTime(_started);
        var left = done > _first ? elapsed * ((double)(_total - done) / (done - _first)) : TimeSpan.Zero;
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{_unit} {done:N0} of {_total:N0}, {details}, {Duration(left)} left");
        if (_bar is not null)
        {
            _bar.Value = done;
            _bar.Description = Markup.Escape(text);
        }
        else if (done / _lineEvery > _linesDone || done == _total)
        {
            _linesDone = done / _lineEvery;
            Print(_console, text);
        }
    }

    /// <summary>Prints one line, however wide the output is; what steers a terminal does not reach it.</summary>
    /// <param name="console">Where to print it.</param>
    /// <param name="line">The line.</param>
    public static void Print(IAnsiConsole console, string line) => console.Profile.Out.Writer.WriteLine(PrintableText.Lines(line));

    /// <summary>A time span for people: hours, minutes, seconds.</summary>
    public static string Duration(TimeSpan time) => $"{(int)time.TotalHours}:{time:mm\\:ss}";
}
