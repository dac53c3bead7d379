using System.Buffers.Binary;
using System.Text;

namespace Atelier.Diffusion.Tests.Weights;

/// <summary>A safetensors file, sound or not, made byte by byte.</summary>
internal sealed class HandMadeFile : IDisposable
{
    /// <param name="header">The JSON text.</param>
    /// <param name="data">What follows it.</param>
    /// <param name="headerLength">The length to claim; null is the true one.</param>
    public HandMadeFile(string header, byte[] data, long? headerLength = null)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, headerLength ?? text.Length);
        File.WriteAllBytes(Path, [.. length, .. text, .. data]);
    }

    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(Path);
}
