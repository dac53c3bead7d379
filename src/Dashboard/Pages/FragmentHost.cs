using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Atelier.Dashboard.Pages;

/// <summary>A component that is nothing but its content.</summary>
internal sealed class FragmentHost : ComponentBase
{
    [Parameter]
    public RenderFragment? Content { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder) => Content?.Invoke(builder);
}
