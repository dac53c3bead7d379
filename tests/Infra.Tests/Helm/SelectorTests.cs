using k8s.Models;

namespace Atelier.Infra.Tests.Helm;

/// <summary>Whether what selects pods finds those that are meant: a selector that matches nothing is valid, and does nothing.</summary>
public sealed class SelectorTests
{
    public static TheoryData<string> Examples => Chart.Examples;

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Deployments_SelectTheirOwnPodsAlone(string example)
    {
        var deployments = (await Chart.ObjectsAsync(example)).OfType<V1Deployment>().ToList();
        Assert.All(deployments, deployment => Assert.Equal([deployment], deployments.Where(other => Matches(deployment.Spec.Selector, other))));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Budgets_AreOneForEachKindOfSilo(string example)
    {
        var objects = await Chart.ObjectsAsync(example);
        var silos = objects.OfType<V1Deployment>().Where(IsSilo).ToList();
        var budgets = objects.OfType<V1PodDisruptionBudget>().ToList();
        Assert.Equal(silos.Count, budgets.Count);
        Assert.All(silos, silo => Assert.Single(budgets, budget => budget.Spec.MaxUnavailable.Value == "1" && Matches(budget.Spec.Selector, silo)));
    }

    [Fact]
    public async Task Services_FindPortsOfPods()
    {
        var objects = await Chart.ObjectsAsync("volume");
        Assert.Equal(2, objects.OfType<V1Service>().Count());
        Assert.All(objects.OfType<V1Service>(), service =>
        {
            var found = Assert.Single(objects.OfType<V1Deployment>(), deployment => Matches(service.Spec.Selector, deployment.Spec.Template.Metadata.Labels));
            Assert.Contains(found.Spec.Template.Spec.Containers[0].Ports, port => port.Name == service.Spec.Ports[0].TargetPort.Value);
            Assert.Null(service.Spec.Type); // never LoadBalancer
        });
        Assert.DoesNotContain(objects.OfType<V1Service>().SelectMany(service => service.Spec.Ports), port => port.Port is 11111 or 30000);
    }

    [Fact]
    public async Task NetworkPolicies_CoverEveryPod_AndLetInOnlyWhoNeedsThem()
    {
        var objects = await Chart.ObjectsAsync("volume");
        var deployments = objects.OfType<V1Deployment>().ToDictionary(deployment => deployment.Metadata.Name[$"{Chart.Release}-atelier-".Length..]);
        var policies = objects.OfType<V1NetworkPolicy>().ToList();
        Assert.All(deployments.Values, deployment => Assert.Equal(["Ingress", "Egress"], Assert.Single(policies, policy => Matches(policy.Spec.PodSelector, deployment)).Spec.PolicyTypes));

        string[] Reach(string target, int port) => [.. policies.Single(policy => Matches(policy.Spec.PodSelector, deployments[target])).Spec.Ingress
            .Where(rule => rule.Ports.Any(one => one.Port.Value == $"{port}")).SelectMany(rule => rule.FromProperty)
            .SelectMany(from => from.PodSelector is { } pods ? deployments.Where(pair => Matches(pods, pair.Value)).Select(pair => pair.Key) : [from.NamespaceSelector.MatchLabels.Values.Single()]).Order()];

        Assert.Equal(["gpu", "silo"], Reach("silo", 11111));
        Assert.Equal(["dashboard", "gpu", "silo"], Reach("gpu", 30000));
        Assert.Equal(["monitoring"], Reach("silo", 9464));
        Assert.Equal(["ingress-nginx"], Reach("dashboard", 7380));
        Assert.Equal(["dashboard", "gpu", "redis", "silo"], Reach("redis", 6379));
    }

    private static bool IsSilo(V1Deployment deployment) => deployment.Spec.Template.Metadata.Labels.ContainsKey("atelier.io/silo");

    private static bool Matches(V1LabelSelector selector, V1Deployment deployment) => Matches(selector.MatchLabels, deployment.Spec.Template.Metadata.Labels);

    private static bool Matches(IDictionary<string, string> selector, IDictionary<string, string> labels) => selector.All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
