using Xunit;

namespace Atelier.Input.Tests;

public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("a red circle", "a red circle")]
    [InlineData("größer 円 👩‍🎨", "größer 円 👩‍🎨")]
    [InlineData("\u001b[31mred\a\r\n\t", "\uFFFD[31mred\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("cod\u202Egnp.exe", "cod\uFFFDgnp.exe")]
    [InlineData("\u0085\u2028\u2066", "\uFFFD\uFFFD\uFFFD")]
    public void Of_Text_ShowsWhatSteersATerminalAsReplacement(string text, string shown) => Assert.Equal(shown, PrintableText.Of(text));

    [Fact]
    public void Of_HalfASurrogatePair_IsReplaced() => Assert.Equal("a\uFFFDb", PrintableText.Of("a" + '\ud800' + "b"));

    [Fact]
    public void Of_LongText_IsCut() => Assert.Equal("aaa...", PrintableText.Of(new string('a', 60_000_000), 3));

    [Fact]
    public void Of_TextCutInAPair_LosesTheWholePair() => Assert.Equal("aa...", PrintableText.Of("aa😀a", 3));

    [Fact]
    public void Lines_Text_KeepsLineEndsAndTabs() => Assert.Equal("a\n\tb\uFFFD", PrintableText.Lines("a\n\tb\u001b"));
}
