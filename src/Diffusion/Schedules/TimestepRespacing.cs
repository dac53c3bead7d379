using System.Globalization;
using Atelier.Input;

namespace Atelier.Diffusion.Schedules;

/// <summary>
/// Chooses which of the T training timesteps a shorter sampling run visits (Nichol and Dhariwal 2021, arXiv:2102.09672, section 4).
/// </summary>
public static class TimestepRespacing
{
    /// <summary>
    /// The timesteps of a specification: <c>""</c> keeps all; <c>"N"</c> spreads N evenly, ends included; <c>"a,b,c"</c> cuts the process into
    /// as many equal sections and spreads a, b and c steps over them; <c>"ddimN"</c> takes N with one integer stride (Song et al. 2021,
    /// arXiv:2010.02502, appendix D.3); <c>"fast27"</c> is GLIDE's 27-step choice for the upsampler:
    /// <c>"10,10,3,2,2"</c> with the last timestep moved down by two, which spares DDIM the noisiest ones.
    /// </summary>
    /// <param name="specification">As above.</param>
    /// <param name="timesteps">T, at least 1.</param>
    /// <returns>Ascending timesteps in [0, T).</returns>
    /// <exception cref="ArgumentException">Not a specification, or more steps than its section has.</exception>
    public static int[] Choose(string specification, int timesteps)
    {
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentOutOfRangeException.ThrowIfLessThan(timesteps, 1);
        if (specification.Length == 0) return [.. Enumerable.Range(0, timesteps)];
        if (specification == "fast27") return Fast27(timesteps);
        return specification.StartsWith("ddim", StringComparison.Ordinal)
            ? Strided(Count(specification, specification[4..]), timesteps)
            : Sections([.. specification.Split(',').Select(part => Count(specification, part))], timesteps);
    }

    private static int[] Fast27(int timesteps)
    {
        var chosen = Sections([10, 10, 3, 2, 2], timesteps);
        chosen[^1] = timesteps - 3;
        return chosen;
    }

    private static int[] Strided(int count, int timesteps)
    {
        for (var stride = 1; stride < timesteps || stride == 1; stride++)
        {
            if ((timesteps + stride - 1) / stride == count)
                return [.. Enumerable.Range(0, count).Select(i => i * stride)];
        }
        throw new ArgumentException($"no integer stride visits exactly {count} of {timesteps} timesteps");
    }

    private static int[] Sections(int[] counts, int timesteps)
    {
        var chosen = new SortedSet<int>();
        for (int section = 0, start = 0; section < counts.Length; section++)
        {
            var size = timesteps / counts.Length + (section < timesteps % counts.Length ? 1 : 0);
            if (counts[section] > size) throw new ArgumentException($"cannot take {counts[section]} steps from a section of {size} timesteps");
            var stride = counts[section] <= 1 ? 1 : (size - 1.0) / (counts[section] - 1);
            // The position is summed up, not multiplied, and rounds half to even, to match the reference to the last step.
            var position = 0.0;
            for (var i = 0; i < counts[section]; i++, position += stride) chosen.Add(start + (int)Math.Round(position));
            start += size;
        }
        return [.. chosen];
    }

    private static int Count(string specification, string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new ArgumentException(
                $"timestep respacing '{PrintableText.Of(specification)}' is not a number of steps, a list such as 10,10,3, ddimN or fast27", nameof(specification));
}
