using Atelier.Abstractions;
using Atelier.Silo.Models;

namespace Atelier.Silo.Tests.Models;

public sealed class ModelPrecisionTests
{
    [Theory]
    [InlineData("cuda:1", "fp32", false)]
    [InlineData("cuda:1", "fp16", false)]
    [InlineData("cuda:1", "bf16", false)]
    [InlineData("cpu", "fp32", false)]
    [InlineData("cpu", "bf16", true)]
    public void Check_WhatTheDeviceHas_IsAllowed(string device, string precision, bool hasBFloat16) => ModelPrecision.Check(precision, device, hasBFloat16);

    [Theory]
    [InlineData("cpu", "fp16", true, "precision is 'fp16'; allowed on cpu of this machine: fp32, bf16")]
    [InlineData("cpu", "bf16", false, "precision is 'bf16'; allowed on cpu of this machine: fp32")]
    [InlineData("cuda:0", "fp64", true, "precision is 'fp64'; allowed on cuda:0 of this machine: fp32, fp16, bf16")]
    public void Check_WhatItDoesNotHave_IsRefusedByName(string device, string precision, bool hasBFloat16, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidInputException>(() => ModelPrecision.Check(precision, device, hasBFloat16)).Message);
}
