using Atelier.Input;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Atelier.Cli;

/// <summary>Makes whatever is rendered on a console printable: names in a table may be a stranger's.</summary>
internal sealed class PrintableOutput : IRenderHook
{
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(shown => new Shown(shown));

    private sealed class Shown(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth)
            .Select(segment => segment.IsControlCode || segment.IsLineBreak ? segment : new Segment(PrintableText.Lines(segment.Text), segment.Style));
    }
}
