using System.Numerics;
using Atelier.Diffusion.Noise;

namespace Atelier.Diffusion.Tests.Noise;

public sealed class PhiloxTests
{
    /// <summary>The known answers that come with Random123, the authors' own implementation.</summary>
    [Theory]
    [InlineData(0x00000000_00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)]
    [InlineData(0xffffffff_ffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd)]
    [InlineData(0x299f31d0_a4093822, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1)]
    public void Block_OfTheAuthorsExamples_GivesTheirAnswers(ulong key, uint c0, uint c1, uint c2, uint c3, uint r0, uint r1, uint r2, uint r3) =>
        Assert.Equal((r0, r1, r2, r3), Philox.Block(key, c0, c1, c2, c3));

    [Fact]
    public void Block_OneInputBitFlipped_FlipsAboutHalfOfTheOutput()
    {
        var start = Philox.Block(0x0123456789abcdef, 1, 2, 3, 4);
        for (var bit = 0; bit < 64; bit++)
        {
            var keyed = Philox.Block(0x0123456789abcdef ^ (1UL << bit), 1, 2, 3, 4);
            Assert.InRange(Distance(start, keyed), 34, 94);
            Assert.InRange(Distance(start, Philox.Block(0x0123456789abcdef, 1 ^ (uint)(bit < 32 ? 1UL << bit : 0), 2 ^ (uint)((1UL << bit) >> 32), 3, 4)), 34, 94);
            Assert.InRange(Distance(start, Philox.Block(0x0123456789abcdef, 1, 2, 3 ^ (uint)(bit < 32 ? 1UL << bit : 0), 4 ^ (uint)((1UL << bit) >> 32))), 34, 94);
        }

        static int Distance((uint R0, uint R1, uint R2, uint R3) a, (uint R0, uint R1, uint R2, uint R3) b) =>
            BitOperations.PopCount(a.R0 ^ b.R0) + BitOperations.PopCount(a.R1 ^ b.R1) + BitOperations.PopCount(a.R2 ^ b.R2) + BitOperations.PopCount(a.R3 ^ b.R3);
    }
}
