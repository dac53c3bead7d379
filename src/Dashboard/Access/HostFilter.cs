using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Access;

/// <summary>Refuses requests for other hosts, see <see cref="HostNames"/>.</summary>
internal sealed class HostFilter(RequestDelegate next, HostNames names)
{
    public Task InvokeAsync(HttpContext context) => names.Allows(context.Request.Host)
        ? next(context)
        : throw new ProblemException(StatusCodes.Status421MisdirectedRequest, "host.unknown", "this dashboard does not go by that name; Atelier:Hosts lists those it has");
}
