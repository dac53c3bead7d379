namespace Atelier.Infra.Tests.Prometheus;

public sealed class MetricsTests
{
    [Fact]
    public void List_HasTheInstrumentsOfThePrograms()
    {
        var listed = Metrics.Listed.Values.Distinct().Where(metric => metric.Name.StartsWith("atelier_", StringComparison.Ordinal)).Select(metric => $"{metric.Name} {metric.Type}");
        Assert.Equal(Instruments.Read().Distinct().Order(), listed.Order());
    }

    [Theory]
    [InlineData("sum(atelier_queue_shard)", "nobody reports 'atelier_queue_shard'")]
    [InlineData("atelier_step_duration_seconds", "nobody reports 'atelier_step_duration_seconds'")]
    [InlineData("atelier_workers{status=\"idle\"}", "atelier_workers has no label 'status'")]
    [InlineData("atelier_workers{state=\"busy\"}", "state of atelier_workers is never 'busy'")]
    [InlineData("sum by (cluster) atelier_workers)", "at ")]
    [InlineData("{__name__=\"atelier_workers\"}", "nobody reports ''")]
    public async Task Expressions_ThatNoSeriesAnswers_AreFoundOut(string expression, string problem) =>
        Assert.StartsWith(problem, (await Metrics.ProblemsAsync([expression]))[0], StringComparison.Ordinal);

    [Theory]
    [InlineData("histogram_quantile(0.9, sum by (le, model) (rate(atelier_step_duration_seconds_bucket[5m])))")]
    [InlineData("sum by (cluster) (atelier_workers{state=\"idle\", cluster=~\"a|b\"}) / cluster:recorded:sum")]
    public async Task Expressions_ThatSeriesAnswer_ArePassed(string expression) =>
        Assert.Empty(await Metrics.ProblemsAsync([expression], "cluster:recorded:sum"));
}
