using System.Globalization;
using System.Reflection;

namespace Atelier.Abstractions.Tests.Compatibility;

/// <summary>What silos and clients of different builds have to agree about: members of messages by their numbers, values of enumerations, methods of grains.</summary>
internal static class Contracts
{
    private static readonly Assembly Abstractions = typeof(InvalidInputException).Assembly;

    /// <summary>Types that are sent.</summary>
    public static IEnumerable<Type> Messages() => Abstractions.GetTypes()
        .Where(type => type.Namespace?.StartsWith("Atelier.", StringComparison.Ordinal) == true && type.IsDefined(typeof(GenerateSerializerAttribute))).OrderBy(AliasOf, StringComparer.Ordinal);

    /// <summary>The name that a type or method is sent under.</summary>
    public static string AliasOf(MemberInfo member) =>
        member.GetCustomAttribute<AliasAttribute>()?.Alias ?? throw new InvalidDataException($"{member.DeclaringType?.Name} {member.Name} has no [Alias]: its name could not be changed any more");

    /// <summary>All of it, a line each.</summary>
    public static IEnumerable<string> Lines() => [.. Messages().SelectMany(Members), .. Enumerations().SelectMany(Values), .. Grains().SelectMany(Methods)];

    private static IEnumerable<string> Members(Type type) => type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(member => member.IsDefined(typeof(IdAttribute)))
        .Select(member => (member.GetCustomAttribute<IdAttribute>()!.Id, Type: member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType, member.Name))
        .OrderBy(member => member.Id).Select(member => string.Create(CultureInfo.InvariantCulture, $"{AliasOf(type)} {member.Id} {member.Name}: {NameOf(member.Type)}"));

    private static IEnumerable<Type> Enumerations() => Abstractions.GetExportedTypes().Where(type => type.IsEnum).OrderBy(type => type.Name, StringComparer.Ordinal);

    private static IEnumerable<string> Values(Type type) => Enum.GetValues(type).Cast<object>()
        .Select(value => string.Create(CultureInfo.InvariantCulture, $"{type.Name} {Convert.ToInt64(value, CultureInfo.InvariantCulture)} {value}"));

    private static IEnumerable<Type> Grains() => Abstractions.GetExportedTypes().Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain))).OrderBy(AliasOf, StringComparer.Ordinal);

    private static IEnumerable<string> Methods(Type type) => type.GetMethods().OrderBy(AliasOf, StringComparer.Ordinal).Select(method =>
        $"{AliasOf(type)} {AliasOf(method)}({string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))}): {NameOf(method.ReturnType)}");

    private static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return $"{NameOf(underlying)}?";
        return type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;
    }
}
