using System.Reflection;
using System.Reflection.Emit;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Numerics;

/// <summary>
/// Finds in compiled code what makes a <see cref="Scalar"/>. The analyzer of banned symbols sees neither += nor the inside of TorchSharp.
/// </summary>
internal static class ScalarMakers
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The methods of TorchSharp that make one, themselves or in what they call.</summary>
    public static HashSet<MethodBase> InTorchSharp()
    {
        var torchSharp = typeof(Scalar).Assembly;
        var callers = Calls(torchSharp).Concat(Forwards(torchSharp)).ToLookup(call => call.Callee, call => call.Caller);
        var makers = new HashSet<MethodBase>(typeof(Scalar).GetConstructors(All));
        var queue = new Queue<MethodBase>(makers);
        while (queue.TryDequeue(out var maker))
        {
            foreach (var caller in callers[maker].Where(makers.Add)) queue.Enqueue(caller);
        }
        return makers;
    }

    /// <summary>All calls in an assembly's code, generic methods and types by their definitions.</summary>
    public static IEnumerable<(MethodBase Caller, MethodBase Callee)> Calls(Assembly assembly) =>
        from type in Types(assembly)
        from caller in type.GetMembers(All).OfType<MethodBase>()
        from callee in Callees(caller)
        select (caller, callee);

    // Who makes a layer runs it: a call of Module.call does not show which forward it comes to.
    private static IEnumerable<(MethodBase Caller, MethodBase Callee)> Forwards(Assembly assembly) =>
        from type in Types(assembly)
        where type.IsSubclassOf(typeof(nn.Module))
        from constructor in type.GetConstructors(All)
        from forward in type.GetMethods(All & ~BindingFlags.DeclaredOnly)
        where forward.Name == "forward"
        select ((MethodBase)constructor, Definition(forward));

    private static IEnumerable<Type> Types(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException some)
        {
            return some.Types.OfType<Type>();
        }
    }

    private static IEnumerable<MethodBase> Callees(MethodBase caller)
    {
        if (caller.GetMethodBody()?.GetILAsByteArray() is not { } code) yield break;
        var (ofType, ofMethod) = (caller.DeclaringType!.GetGenericArguments(), caller.IsGenericMethod ? caller.GetGenericArguments() : []);
        for (var i = 0; i < code.Length;)
        {
            var first = code[i++];
            var opCode = OpCodesByValue[first == 0xFE ? unchecked((short)(first << 8 | code[i++])) : first];
            if (opCode.OperandType == OperandType.InlineMethod)
                yield return Definition(caller.Module.ResolveMethod(BitConverter.ToInt32(code, i), ofType, ofMethod)!);
            i += opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, i),
                _ => 4,
            };
        }
    }

    // Methods of arrays are the runtime's own and have none.
    private static MethodBase Definition(MethodBase method) =>
        method.DeclaringType!.IsArray ? method : method.Module.ResolveMethod(method.MetadataToken)!;
}
