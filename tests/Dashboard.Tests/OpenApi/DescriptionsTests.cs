using System.Text.Json;
using System.Text.RegularExpressions;
using Atelier.Dashboard.OpenApi;

namespace Atelier.Dashboard.Tests.OpenApi;

public sealed partial class DescriptionsTests(StoreDashboard dashboard) : IClassFixture<StoreDashboard>
{
    [Theory]
    [InlineData("at most int JobLimits.MaxReason characters", "at most 500 characters")]
    [InlineData("One of IReadOnlyList&lt;string&gt; ImageFormats.All.", "One of `png`, `jpg`, `webp`.")]
    [InlineData("Default SizeChoice SizeChoice.ByJob.", "Default `by-job`.")]
    [InlineData("Default JobPriority.Normal.", "Default `normal`.")]
    [InlineData("One of GuidanceNames.", "One of `plain`, `apg`, `cfg-zero-star`, `constant`, `linear`, `cosine`.")]
    [InlineData("as `SiloAddress.ToParsableString` writes it, or Other.Thing", "as `SiloAddress.ToParsableString` writes it, or Other.Thing")]
    public void Rewrite_PutsValuesInThePlaceOfNames(string comment, string words) => Assert.Equal(words, Descriptions.Rewrite(comment));

    [Fact]
    public async Task Document_HasNoNamesOfTheCode()
    {
        using var document = JsonDocument.Parse((await dashboard.GetAsync("/api/v1/openapi.json")).Body);
        var (names, open) = (new List<string>(), new Stack<JsonElement>([document.RootElement]));
        while (open.TryPop(out var element))
        {
            if (element.ValueKind == JsonValueKind.Array) foreach (var part in element.EnumerateArray()) open.Push(part);
            if (element.ValueKind != JsonValueKind.Object) continue;
            foreach (var member in element.EnumerateObject())
            {
                if (member is { Name: "description", Value.ValueKind: JsonValueKind.String } && Name().Match(member.Value.GetString()!) is { Success: true } found) names.Add(found.Value);
                open.Push(member.Value);
            }
        }
        Assert.Empty(names);
    }

    [GeneratedRegex(@"(?<![`\w.])[A-Z]\w+\.[A-Z]\w+|&[lg]t;|\bint [A-Z]")]
    private static partial Regex Name();
}
