using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Atelier.Cli;

/// <summary>Options that refuse a bad value with a message naming the option, the value and what is allowed.</summary>
internal static class Options
{
    /// <summary>A number in a range, ends included.</summary>
    /// <param name="name">Name with its dashes.</param>
    /// <param name="defaultValue">Value where the option is not given.</param>
    /// <param name="lowest">Smallest value.</param>
    /// <param name="highest">Greatest value.</param>
    /// <param name="description">For the help page.</param>
    public static Option<T> Number<T>(string name, T defaultValue, T lowest, T highest, string description) where T : struct, INumber<T> =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result => TryParse(result.Tokens[0].Value, out T value) && value >= lowest && value <= highest
                ? value
                : Refuse<T>(result, name, result.Tokens[0].Value, Range(lowest, highest)),
        };

    /// <summary>A number in a range, ends included, or null where the option is not given.</summary>
    /// <param name="name">Name with its dashes.</param>
    /// <param name="lowest">Smallest value.</param>
    /// <param name="highest">Greatest value.</param>
    /// <param name="description">For the help page.</param>
    public static Option<T?> OptionalNumber<T>(string name, T lowest, T highest, string description) where T : struct, INumber<T> =>
        new(name)
        {
            Description = description,
            CustomParser = result => TryParse(result.Tokens[0].Value, out T value) && value >= lowest && value <= highest
                ? value
                : Refuse<T?>(result, name, result.Tokens[0].Value, Range(lowest, highest)),
        };

    /// <summary>A number in a range, ends included, or a word in its place; as text.</summary>
    /// <param name="name">Name with its dashes.</param>
    /// <param name="words">The words; the first is the default.</param>
    /// <param name="lowest">Smallest value.</param>
    /// <param name="highest">Greatest value.</param>
    /// <param name="description">For the help page.</param>
    public static Option<string> NumberOr<T>(string name, IReadOnlyList<string> words, T lowest, T highest, string description) where T : struct, INumber<T> =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => words[0],
            CustomParser = result =>
                words.Contains(result.Tokens[0].Value) ? result.Tokens[0].Value
                : TryParse(result.Tokens[0].Value, out T value) && value >= lowest && value <= highest ? value.ToString(null, CultureInfo.InvariantCulture)
                : Refuse<string>(result, name, result.Tokens[0].Value, words.Count == 1 ? $"{Range(lowest, highest)}, or {words[0]}" : $"{Range(lowest, highest)}, {string.Join(" or ", words)}"),
        };

    /// <summary>One of some words.</summary>
    /// <param name="name">Name with its dashes.</param>
    /// <param name="words">The words; the first is the default.</param>
    /// <param name="description">For the help page.</param>
    public static Option<string> Word(string name, IReadOnlyList<string> words, string description) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => words[0],
            CustomParser = result => words.Contains(result.Tokens[0].Value)
                ? result.Tokens[0].Value
                : Refuse<string>(result, name, result.Tokens[0].Value, string.Join(", ", words)),
        };

    /// <summary>One of some words, or null where the option is not given.</summary>
    /// <param name="name">Name with its dashes.</param>
    /// <param name="words">The words.</param>
    /// <param name="description">For the help page.</param>
    public static Option<string?> OptionalWord(string name, IReadOnlyList<string> words, string description) =>
        new(name)
        {
            Description = description,
            CustomParser = result => words.Contains(result.Tokens[0].Value)
                ? result.Tokens[0].Value
                : Refuse<string>(result, name, result.Tokens[0].Value, string.Join(", ", words)),
        };

    /// <summary>Different numbers in a range, separated by commas.</summary>
    /// <param name="name">Name with its dashes.</param>
    /// <param name="defaultValue">Values where the option is not given.</param>
    /// <param name="lowest">Smallest value.</param>
    /// <param name="highest">Greatest value.</param>
    /// <param name="description">For the help page.</param>
    public static Option<double[]> Numbers(string name, double[] defaultValue, double lowest, double highest, string description) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result =>
            {
                var given = result.Tokens[0].Value;
                var numbers = new List<double>();
                foreach (var part in given.Split(','))
                {
                    if (!TryParse(part, out double value) || !(value >= lowest && value <= highest) || numbers.Contains(value))
                        return Refuse<double[]>(result, name, given, $"different numbers from {Range(lowest, highest)}, separated by commas");
                    numbers.Add(value);
                }
                return [.. numbers];
            },
        };

    /// <summary>A default from the environment; null where the variable is not set or empty.</summary>
    /// <param name="variable">Its name.</param>
    public static string? FromEnvironment(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given : null;

    /// <summary>Two numbers in a range with a dash between, the first not above the second.</summary>
    /// <param name="name">Name with its dashes.</param>
    /// <param name="defaultValue">The two numbers where the option is not given.</param>
    /// <param name="lowest">Smallest value.</param>
    /// <param name="highest">Greatest value.</param>
    /// <param name="description">For the help page.</param>
    public static Option<double[]> Interval(string name, double[] defaultValue, double lowest, double highest, string description) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result => result.Tokens[0].Value.Split('-') is [var first, var second]
                && TryParse(first, out double from) && TryParse(second, out double to) && from >= lowest && from <= to && to <= highest
                    ? [from, to]
                    : Refuse<double[]>(result, name, result.Tokens[0].Value, $"two numbers from {Range(lowest, highest)} with a dash between, the lower one first"),
        };

    private static bool TryParse<T>(string text, out T value) where T : struct, INumber<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static string Range<T>(T lowest, T highest) => string.Create(CultureInfo.InvariantCulture, $"{lowest:0.###########} to {highest:0.###########}");

    private static T? Refuse<T>(ArgumentResult result, string name, string given, string allowed)
    {
        result.AddError($"{name} is '{given}'; allowed: {allowed}");
        return default;
    }
}
