using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Atelier.Dashboard.Access;

/// <summary>What cookies are sealed with, in memory: a file of it would let whoever reads that file sign in as anybody. Cookies end with the process.</summary>
internal sealed class CookieKeys : IXmlRepository
{
    private readonly Lock _gate = new();
    private readonly List<XElement> _elements = [];

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_gate) return [.. _elements];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_gate) _elements.Add(element);
    }
}
