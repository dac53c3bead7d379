using System.Collections;
using System.Collections.Immutable;
using System.Reflection;

namespace Atelier.Abstractions.Tests.Compatibility;

/// <summary>Values with something in every member, the same at each call.</summary>
internal static class Sample
{
    /// <summary>A value of a type.</summary>
    /// <param name="type">A plain type, a collection of such, or a record of both.</param>
    public static object Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Of(underlying);
        if (Plain(type) is { } plain) return plain;
        if (type.IsEnum) return Enum.GetValues(type).Cast<object>().Last();
        if (type.IsArray) return Array(type.GetElementType()!);
        return type.IsGenericType ? Collection(type) : Record(type);
    }

    private static object? Plain(Type type) => type switch
    {
        _ when type == typeof(string) => "text",
        _ when type == typeof(bool) => true,
        _ when type == typeof(byte) => (byte)1,
        _ when type == typeof(int) => 2,
        _ when type == typeof(long) => 3L,
        _ when type == typeof(ulong) => 4UL,
        _ when type == typeof(double) => 0.5,
        _ when type == typeof(Guid) => new Guid("6f3a1a0e-54f1-4d2b-9b1c-0d6f0a1b2c3d"),
        _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(5),
        _ when type == typeof(DateTimeOffset) => new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero),
        _ => null,
    };

    private static Array Array(Type element)
    {
        var array = System.Array.CreateInstance(element, 1);
        array.SetValue(Of(element), 0);
        return array;
    }

    private static object Collection(Type type)
    {
        var (definition, arguments) = (type.GetGenericTypeDefinition(), type.GetGenericArguments());
        if (definition == typeof(ImmutableArray<>)) return Made(typeof(ImmutableArray), nameof(ImmutableArray.CreateRange), arguments, Array(arguments[0]));
        if (arguments.Length == 1) return Array(arguments[0]);
        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(arguments))!;
        dictionary.Add(Of(arguments[0]), Of(arguments[1]));
        return definition == typeof(ImmutableDictionary<,>) ? Made(typeof(ImmutableDictionary), nameof(ImmutableDictionary.CreateRange), arguments, dictionary) : dictionary;
    }

    private static object Made(Type factory, string name, Type[] arguments, object items) => factory.GetMethods()
        .Single(method => method.Name == name && method.GetGenericArguments().Length == arguments.Length && method.GetParameters() is [{ ParameterType: var parameter }]
            && parameter.GetGenericTypeDefinition() == typeof(IEnumerable<>))
        .MakeGenericMethod(arguments).Invoke(null, [items])!;

    private static object Record(Type type)
    {
        var constructor = type.GetConstructors().Where(one => one.GetParameters() is not [{ ParameterType: var only }] || only != type).MaxBy(one => one.GetParameters().Length);
        var record = constructor?.Invoke([.. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType))]) ?? Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is not null))
            property.SetValue(record, Of(property.PropertyType));
        return record;
    }
}
