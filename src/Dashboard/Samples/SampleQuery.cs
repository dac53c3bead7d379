using System.Globalization;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Shards;
using Microsoft.AspNetCore.Mvc;

namespace Atelier.Dashboard.Samples;

/// <summary>Which samples are wanted, as the query string says.</summary>
internal sealed record SampleQuery
{
    private const int MaxLimit = 1000;
    private const int DefaultLimit = 200;
    private const string Newest = "newest";
    private const string Random = "random";

    /// <summary>Number of the sample to begin with, from 0.</summary>
    public long? From { get; init; }

    /// <summary>Where to go on: <c>next</c> of the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many at most, 1 to 1,000; 200 when nothing is said.</summary>
    public int? Limit { get; init; }

    /// <summary>The row, from 0.</summary>
    public long? Row { get; init; }

    /// <summary>The row, by the id that it had in its list.</summary>
    public string? Id { get; init; }

    /// <summary><c>ok</c> or <c>failed</c>.</summary>
    public string? Status { get; init; }

    /// <summary>The error code of failed samples.</summary>
    public string? Code { get; init; }

    /// <summary>A part of the prompt, in upper or lower case.</summary>
    public string? Q { get; init; }

    /// <summary>The seed.</summary>
    public string? Seed { get; init; }

    /// <summary><c>number</c>, <c>-number</c> for the last first, <c>newest</c> for the last of those that are there, or <c>random</c>.</summary>
    public string? Order { get; init; }

    /// <summary>With <c>random</c>: what decides the order; the same again is the same order. 0 when nothing is said.</summary>
    [FromQuery(Name = "order_seed")]
    public string? OrderSeed { get; init; }

    /// <summary>Whether every sample of the range is wanted, so that only the range need be read.</summary>
    public bool IsPlain => Status is null && Code is null && Q is null && Seed is null;

    /// <summary>Whether the last comes first.</summary>
    public bool IsReversed => Order is "-number" or Newest;

    /// <summary>Whether what is not there yet is passed over.</summary>
    public bool IsNewest => Order == Newest;

    /// <summary>Whether the order is that of a shuffle; <c>from</c> and cursors are then places in it.</summary>
    public bool IsRandom => Order == Random;

    /// <summary>The order of that many samples, of a random one.</summary>
    public Shuffle ShuffleOf(long count) => new(count, OrderSeed is null ? 0 : ulong.Parse(OrderSeed, CultureInfo.InvariantCulture));

    /// <summary>How many at most.</summary>
    public int Most => Limit ?? DefaultLimit;

    /// <summary>The number to begin with.</summary>
    /// <exception cref="InvalidInputException">A value is not allowed; the message names it.</exception>
    public long Check(JobPlan plan)
    {
        if (Most is < 1 or > MaxLimit) throw new InvalidInputException($"limit is '{Limit}'; allowed: 1 to {MaxLimit}");
        if (Status is not (null or SampleStatus.Ok or SampleStatus.Failed)) throw new InvalidInputException($"status is '{Status}'; allowed: {SampleStatus.Ok}, {SampleStatus.Failed}");
        if (Order is not (null or "number" or "-number" or Newest or Random)) throw new InvalidInputException($"order is '{Order}'; allowed: number, -number, {Newest}, {Random}");
        if (OrderSeed is not null && (!IsRandom || !ulong.TryParse(OrderSeed, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            throw new InvalidInputException($"order_seed is '{OrderSeed}'; allowed: a whole number from 0 to {ulong.MaxValue}, with order={Random}");
        if (Row is { } row && (row < 0 || row >= plan.Rows)) throw new InvalidInputException($"row is '{row}'; allowed: 0 to {plan.Rows - 1}");
        if (Row is not null && Id is not null) throw new InvalidInputException("there is a row and an id; allowed: one of them");
        if (Seed is not null && !ulong.TryParse(Seed, NumberStyles.None, CultureInfo.InvariantCulture, out _)) throw new InvalidInputException($"seed is '{Seed}'; allowed: a whole number from 0 to {ulong.MaxValue}");
        var first = From ?? (IsReversed ? plan.Samples - 1 : 0);
        if (Cursor is not null && (From is not null || !long.TryParse(Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out first)))
            throw new InvalidInputException($"cursor is '{Cursor}'; allowed: what 'next' of a page says, without 'from'");
        return first >= 0 ? first : throw new InvalidInputException($"from is '{first}'; allowed: 0 or more");
    }

    /// <summary>Whether a sample is wanted.</summary>
    public bool Wants(SampleRows rows, int place) =>
        (Status is null || rows.Values(ShardColumns.Status)[place] == Status)
        && (Code is null || rows.Values(ShardColumns.ErrorCode)[place] == Code)
        && (Seed is null || rows.Values(ShardColumns.Seed)[place] == ulong.Parse(Seed, CultureInfo.InvariantCulture))
        && (Q is null || rows.Values(ShardColumns.Prompt)[place].Contains(Q, StringComparison.OrdinalIgnoreCase));
}
