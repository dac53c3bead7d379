using Atelier.Abstractions.Workers;
using Atelier.Grains.Jobs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Atelier.Grains.Tests.Simulation;

/// <summary>One of the activations of the job: a machine, and the flows that are on their way in it.</summary>
internal sealed class Activation
{
    private readonly World _world;
    private readonly List<Fiber> _fibers = [];
    private readonly List<(Func<IEnumerable<StoreOperation>> Begin, Action<Exception?> Ended)> _waiting = [];
    private bool _isRecovering;

    public Activation(World world)
    {
        _world = world;
        Machine = new JobMachine(World.Job, world.Time, world.IsDead, world.NewId, NullLogger.Instance);
        Recover();
    }

    public JobMachine Machine { get; }

    public bool IsRecovered { get; private set; }

    public bool IsBusy => _fibers.Count > 0 || _isRecovering;

    /// <summary>The step at which that began which has read what is committed.</summary>
    public int ReadFrom { get; private set; }

    /// <summary>Operations that were on their way to the store.</summary>
    public IEnumerable<StoreOperation> Unanswered => _fibers.Select(fiber => fiber.Unanswered).OfType<StoreOperation>();

    /// <summary>Begins a request, once the job is read.</summary>
    public void Begin(Func<IEnumerable<StoreOperation>> begin, Action<Exception?> ended)
    {
        if (IsRecovered) _fibers.Add(new Fiber(() => Machine.Request(begin), ended, _world.Steps));
        else _waiting.Add((begin, ended));
        if (!IsRecovered) Recover();
    }

    public void Step()
    {
        if (_fibers.Count == 0) return;
        var fiber = _fibers[_world.Random.Next(_fibers.Count)];
        var knewPlan = Machine.Job?.Plan is not null;
        fiber.Step(_world.Store, _world.NextFault);
        if (!knewPlan && Machine.Job?.Plan is not null) ReadFrom = fiber.Began;
        _world.NoteCommits();
        _fibers.RemoveAll(one => one.IsEnded);
        while (Machine.Background.TryDequeue(out var flow)) _fibers.Add(new Fiber(() => flow, _ => { }, _world.Steps));
        _world.Announce(this);
    }

    public WorkLease? Lease(WorkerInfo worker)
    {
        if (!IsRecovered) return null;
        var lease = Machine.Leasing.Lease(worker, silosChanged: true);
        while (Machine.Background.TryDequeue(out var flow)) _fibers.Add(new Fiber(() => flow, _ => { }, _world.Steps));
        return lease;
    }

    public void Drop()
    {
        foreach (var fiber in _fibers) fiber.Drop();
        foreach (var (_, ended) in _waiting) ended(new TimeoutException("the silo is gone"));
    }

    private void Recover()
    {
        if (_isRecovering) return;
        _isRecovering = true;
        _fibers.Add(new Fiber(Machine.Recovery.Read, error =>
        {
            (_isRecovering, IsRecovered) = (false, error is null);
            foreach (var (begin, ended) in _waiting.ToList())
            {
                if (error is null) _fibers.Add(new Fiber(() => Machine.Request(begin), ended, _world.Steps));
                else ended(error);
            }
            _waiting.Clear();
        }, _world.Steps));
    }
}
