using k8s.Models;

namespace Atelier.Infra.Tests.Helm;

/// <summary>What pods are allowed, and what they are told.</summary>
public sealed class PodTests
{
    public static TheoryData<string> Examples => Chart.Examples;

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Pods_CanDoNothingThatTheyNeedNot(string example)
    {
        var objects = await Chart.ObjectsAsync(example);
        Assert.All(objects.OfType<V1Deployment>().Select(deployment => deployment.Spec.Template.Spec), pod =>
        {
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.NotEqual(0, pod.SecurityContext.RunAsUser);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            var container = Assert.Single(pod.Containers);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Contains("memory", container.Resources.Limits.Keys);
            Assert.Equal(pod.Volumes.Select(volume => volume.Name).Order(), container.VolumeMounts.Select(mount => mount.Name).Order());
        });
        Assert.All(objects.OfType<V1ServiceAccount>(), account => Assert.False(account.AutomountServiceAccountToken));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Passwords_ComeFromSecrets_BeforeTheyAreUsed(string example)
    {
        foreach (var environment in await EnvironmentsAsync(example))
        {
            var names = environment.Select(variable => variable.Name).ToList();
            Assert.Distinct(names);
            var password = environment.Single(variable => variable.Name == "REDIS_PASSWORD");
            Assert.Null(password.Value);
            Assert.NotEmpty(password.ValueFrom.SecretKeyRef.Name);
            var connection = environment.SingleOrDefault(variable => variable.Name == "ConnectionStrings__redis");
            if (connection is null) continue; // the Redis itself
            Assert.Contains("password=$(REDIS_PASSWORD)", connection.Value, StringComparison.Ordinal);
            Assert.True(names.IndexOf("REDIS_PASSWORD") < names.IndexOf(connection.Name), "a variable is put only into those after it");
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Programs_AreProbedAtTheirMetricsPort_AndNotRestartedForOutagesOfOthers(string example)
    {
        foreach (var container in (await ContainersAsync(example)).Where(container => container.Name != "redis"))
        {
            Assert.Equal(("/health/ready", "metrics"), (container.ReadinessProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Port.Value));
            Assert.Equal("/health/live", container.LivenessProbe.HttpGet.Path);
            Assert.Equal("/health/live", container.StartupProbe.HttpGet.Path);
            var port = container.Ports.Single(port => port.Name == "metrics").ContainerPort;
            Assert.Equal($"{port}", container.Env.Single(variable => variable.Name == "Atelier__MetricsPort").Value);
        }
    }

    [Fact]
    public async Task SilosThatHoldGrains_AreTwoAndDrawNothing_AndGpuSilosHaveOneGpuEach()
    {
        var deployments = (await Chart.ObjectsAsync("azure")).OfType<V1Deployment>().ToDictionary(deployment => deployment.Metadata.Name);
        var silo = deployments[$"{Chart.Release}-atelier-silo"].Spec;
        Assert.Equal(2, silo.Replicas);
        Assert.Equal("0", Value(silo, "Atelier__Workers"));
        Assert.DoesNotContain("nvidia.com/gpu", silo.Template.Spec.Containers[0].Resources.Limits.Keys);
        Assert.Equal(("0", "1"), (silo.Strategy.RollingUpdate.MaxUnavailable.Value, silo.Strategy.RollingUpdate.MaxSurge.Value));

        var gpu = deployments[$"{Chart.Release}-atelier-gpu"].Spec;
        Assert.Null(gpu.Replicas); // KEDA's
        Assert.Equal("cuda:0", Value(gpu, "Atelier__Devices"));
        Assert.Equal("1", gpu.Template.Spec.Containers[0].Resources.Limits["nvidia.com/gpu"].ToString());
        Assert.Contains(gpu.Template.Spec.Tolerations, toleration => toleration.Key == "nvidia.com/gpu");
        Assert.Equal("gpu", gpu.Template.Spec.NodeSelector["kubernetes.azure.com/agentpool"]);
        Assert.All(new[] { silo, gpu }, spec => Assert.True(spec.Template.Spec.TerminationGracePeriodSeconds >= 75));
    }

    [Theory]
    [InlineData("azure", null, "/cluster-key/cluster.pem")]
    [InlineData("volume", "true", null)]
    public async Task SilosWithAKey_DoNotAllowTheInsecureNetwork(string example, string? insecure, string? key)
    {
        foreach (var deployment in (await Chart.ObjectsAsync(example)).OfType<V1Deployment>().Where(deployment => deployment.Spec.Template.Metadata.Labels.ContainsKey("atelier.io/silo")))
        {
            Assert.Equal(insecure, Value(deployment.Spec, "Atelier__AllowInsecureNetwork"));
            Assert.Equal(key, Value(deployment.Spec, "Atelier__ClusterKey"));
        }
    }

    [Theory]
    [InlineData("azure", "https://atelierdata.blob.core.windows.net/jobs")]
    [InlineData("volume", "/store")]
    [InlineData("cpu", "/store")]
    public async Task Programs_ShareOneStore(string example, string store)
    {
        foreach (var container in (await ContainersAsync(example)).Where(container => container.Name != "redis"))
        {
            Assert.Equal(store, container.Env.Single(variable => variable.Name == "Atelier__Store").Value);
            Assert.Equal(store == "/store", container.VolumeMounts.Any(mount => mount.MountPath == "/store"));
        }
    }

    [Fact]
    public async Task Dashboard_AsksEverybodyToSignIn_AndIsReachedOverTlsOnly()
    {
        var objects = await Chart.ObjectsAsync("azure");
        var dashboard = objects.OfType<V1Deployment>().Single(deployment => deployment.Metadata.Name.EndsWith("-dashboard", StringComparison.Ordinal)).Spec;
        Assert.Equal("true", Value(dashboard, "Atelier__RequireSignIn"));
        Assert.Equal(1, dashboard.Replicas);
        var ingress = Assert.Single(objects.OfType<V1Ingress>()).Spec;
        Assert.Equal(Value(dashboard, "Atelier__Hosts__0"), Assert.Single(ingress.Rules).Host);
        Assert.Equal([ingress.Rules[0].Host], Assert.Single(ingress.Tls).Hosts);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Settings_AreThoseThatThePrograms_Know(string example)
    {
        foreach (var container in (await ContainersAsync(example)).Where(container => container.Name != "redis"))
        {
            var known = container.Name == "dashboard" ? Settings.OfDashboards : Settings.OfSilos;
            Assert.DoesNotContain(container.Env, variable => variable.Name.StartsWith("Atelier__", StringComparison.Ordinal) && !known.Contains(Settings.NameOf(variable.Name)));
            Assert.DoesNotContain(container.Env, variable => variable.Name.StartsWith("Orleans__", StringComparison.Ordinal) && !Settings.OfOrleans.Contains(variable.Name));
        }
    }

    private static string? Value(V1DeploymentSpec deployment, string variable) => deployment.Template.Spec.Containers[0].Env.SingleOrDefault(one => one.Name == variable)?.Value;

    private static async Task<List<V1Container>> ContainersAsync(string example) =>
        [.. (await Chart.ObjectsAsync(example)).OfType<V1Deployment>().SelectMany(deployment => deployment.Spec.Template.Spec.Containers)];

    private static async Task<IEnumerable<IList<V1EnvVar>>> EnvironmentsAsync(string example) => (await ContainersAsync(example)).Select(container => container.Env);
}
