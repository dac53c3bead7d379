using System.Text;
using Atelier.Diffusion.Devices;

namespace Atelier.Diffusion.Tests.Devices;

public sealed class DeviceNamesTests
{
    [Theory]
    [InlineData("AMD EPYC 9654 96-Core Processor", "AMD EPYC 9654 96-Core Processor")]
    // Some makers pad on the left.
    [InlineData("      Intel(R) Xeon(R) CPU @ 2.20GHz", "Intel(R) Xeon(R) CPU @ 2.20GHz")]
    [InlineData("", "cpu")]
    public void Brand_Registers_AreTextWithoutPadding(string registers, string expected) =>
        Assert.Equal(expected, DeviceNames.Brand((leaf, _) => (uint)leaf == 0x80000000 ? (unchecked((int)0x80000008), 0, 0, 0) : Part(registers, leaf & 0xF)));

    [Fact]
    public void Brand_OfAProcessorWithoutThoseLeaves_IsCpu() => Assert.Equal("cpu", DeviceNames.Brand((_, _) => (unchecked((int)0x80000003), 0x41414141, 0, 0)));

    [Fact]
    public void Names_OfThisMachine_AreNotEmpty()
    {
        Assert.NotEqual("", DeviceNames.Cpu);
        Assert.NotEqual("", DeviceNames.Cuda(0));
        Assert.Equal("cuda", DeviceNames.Cuda(1000));
    }

    // Leaves 2, 3 and 4 hold 16 characters each.
    private static (int, int, int, int) Part(string text, int leaf)
    {
        var bytes = Encoding.ASCII.GetBytes(text.PadRight(48, '\0')).AsSpan((leaf - 2) * 16, 16);
        return (BitConverter.ToInt32(bytes), BitConverter.ToInt32(bytes[4..]), BitConverter.ToInt32(bytes[8..]), BitConverter.ToInt32(bytes[12..]));
    }
}
