using System.Text;

namespace Atelier.Diffusion.Tests.Tokenization;

/// <summary>Random strings over everything a prompt may hold, from a fixed seed.</summary>
internal static class RandomText
{
    public static IEnumerable<string> Strings(int seed, int count)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => RandomRune(random))));
    }

    private static Rune RandomRune(Random random)
    {
        // Half of the characters are plain, so that words of several letters, contractions and runs of space come up.
        if (random.Next(2) == 0)
            return new Rune("abC 12'stR.\t\n "[random.Next(14)]);

        while (true)
        {
            var limit = random.Next(3) switch { 0 => 0x250, 1 => 0x10000, _ => 0x110000 };
            if (Rune.TryCreate(random.Next(limit), out var rune))
                return rune;
        }
    }
}
