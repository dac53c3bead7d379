using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Atelier.Dashboard.Pages;

/// <summary>
/// Turns Razor templates into HTML: whole pages, and the parts of them that streams of events bring, by one and the same templates. Templates are static methods of
/// components and not components with parameters, since those would have to be public, and with them all that they show.
/// </summary>
internal sealed class HtmlWriter(IServiceProvider services, ILoggerFactory loggers)
{
    /// <summary>The HTML of a template.</summary>
    /// <param name="content">The template.</param>
    public async Task<string> WriteAsync(RenderFragment content)
    {
        await using var renderer = new HtmlRenderer(services, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<FragmentHost>(ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(FragmentHost.Content)] = content }))).ToHtmlString());
    }
}
