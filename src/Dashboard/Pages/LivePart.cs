using Microsoft.AspNetCore.Components;

namespace Atelier.Dashboard.Pages;

/// <summary>A part of a page that changes.</summary>
/// <param name="Id">Id of its element.</param>
/// <param name="Content">The element.</param>
internal sealed record LivePart(string Id, RenderFragment Content);
