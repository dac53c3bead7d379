namespace Atelier.Dataset.Shards;

/// <summary>What became of a sample, by the names used in the parquet files.</summary>
public static class SampleStatus
{
    /// <summary>It has an image.</summary>
    public const string Ok = "ok";

    /// <summary>It has an error code instead.</summary>
    public const string Failed = "failed";
}
