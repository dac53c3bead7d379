using System.Globalization;
using Atelier.Abstractions;
using Atelier.Diffusion.Devices;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Tokenization;
using Atelier.Diffusion.Training;
using Atelier.Input;
using Spectre.Console;
using TorchSharp;

namespace Atelier.Cli.Train;

/// <summary>One run of <c>atelier train</c>: checks everything, starts or resumes, and keeps the output folder up to date.</summary>
internal sealed class TrainRun
{
    private const int LineEvery = 100;

    private readonly TrainingFolder _folder;
    private readonly StartingPoint _start;
    private readonly GlideConfig _config;
    private readonly Trainer _trainer;
    private readonly TrainingOptions _options;
    private readonly LossLog _log;
    private readonly CaptionLog? _captions;
    private bool _hasDiverged;

    private TrainRun(TrainingFolder folder, StartingPoint start, GlideConfig config, Trainer trainer, TrainingOptions options, LossLog log, CaptionLog? captions) =>
        (_folder, _start, _config, _trainer, _options, _log, _captions) = (folder, start, config, trainer, options, log, captions);

    /// <summary>Trains until the last step.</summary>
    /// <param name="settings">What to do.</param>
    /// <param name="console">Where to show how it goes.</param>
    /// <param name="cancellationToken">Stops after the running step; a checkpoint is written.</param>
    /// <returns>0.</returns>
    /// <exception cref="InvalidInputException">Something given cannot be used.</exception>
    /// <exception cref="InvalidDataException">A file of the model or of the run is damaged.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static int Run(TrainSettings settings, IAnsiConsole console, CancellationToken cancellationToken)
    {
        if (settings.Data != TrainCommand.Shapes && TrainingFolder.IsWithin(settings.Output, settings.Data))
            throw new InvalidInputException($"--out is '{settings.Output}', which lies within --data '{settings.Data}' and would become data; choose another");
        var start = StartingPoint.Read(settings.Config, settings.Network, settings.Output);
        var device = DeviceOption.Open(settings.Device);
        var source = TrainingSource.Open(settings, console, cancellationToken);
        CheckClassifier(start, source, settings.Options.Frozen);
        CheckText(start, source, settings.Options.Frozen);
        var folder = new TrainingFolder(settings.Output);
        using var @lock = FolderLock.Take(folder.Path);
        var options = settings.Options with { BFloat16 = settings.Options.BFloat16 && CanMultiplyInBFloat16(device, console) };
        var record = new TrainingRecord(
            new TrainingRecord.Unchanging(
                start.Network == TrainedNetwork.Base ? null : start.Network.Name(), start.Config, start.Weights?.Digest, source.Description, options.Seed,
                options.Frozen == NetworkPart.None ? null : options.Frozen.ToString().ToLowerInvariant()),
            options,
            settings.MaxObjects);
        var resumes = File.Exists(folder.Checkpoint);
        if (resumes) record.CheckAgainst(folder.Record);

        record.Write(folder.Record);
        var tokenizer = resumes ? BpeTokenizer.Load(folder.Tokenizer) : start.CreateTokenizer(folder.Tokenizer, source.Captions);
        var config = start.Config with { Network = start.Config.Network with { VocabularySize = tokenizer.VocabularySize } };

        torch.set_num_threads(Math.Max(1, settings.Threads / options.Replicas));
        var task = start.CreateTask(config, tokenizer, device, options.Seed, source.Attributes);
        var parameters = task.Network.parameters().Sum(parameter => parameter.numel());
        using var trainer = new Trainer(task, source.Data, options);
        if (resumes) trainer.Resume(folder.Checkpoint);
        using var log = LossLog.Open(folder.LossTable, trainer.Step, task.Measures);

        ProgressDisplay.Print(console, string.Create(
            CultureInfo.InvariantCulture,
            $"{folder.Path}: {parameters:N0} parameters, vocabulary {tokenizer.VocabularySize:N0}, {(options.BFloat16 ? "bf16" : "fp32")} on {settings.Device}"));
        CopyModel(start, source, folder.Model);
        // An upsampler sees what it draws, and needs no caption for it.
        var probes = start.Network == TrainedNetwork.Base ? source.Probes(task.ImageSize) : [];
        var captions = probes.Count > 1 ? CaptionLog.Open(folder, trainer.Step, new CaptionProbe(probes)) : null;
        return new TrainRun(folder, start, config, trainer, options, log, captions).Run(console, cancellationToken);
    }

    private static void CheckClassifier(StartingPoint start, TrainingSource source, NetworkPart frozen)
    {
        if (start.Network != TrainedNetwork.Classifier) return;
        if (frozen != NetworkPart.None) throw new InvalidInputException($"--freeze is '{frozen.ToString().ToLowerInvariant()}'; a classifier has no parts to freeze");
        if (source.Classes is null) throw new InvalidInputException($"a classifier learns from images with classes; --data {source.Description.Kind} has none");
        if (source.Classes.Count != start.Config.Classifier!.OutChannels)
            throw new InvalidInputException(
                $"the classifier's out_channels is {start.Config.Classifier.OutChannels}; allowed: {source.Classes.Count}, the classes of --data {source.Description.Kind}");
    }

    private static void CheckText(StartingPoint start, TrainingSource source, NetworkPart frozen)
    {
        if (start.Network != TrainedNetwork.Text) return;
        if (frozen != NetworkPart.None) throw new InvalidInputException($"--freeze is '{frozen.ToString().ToLowerInvariant()}'; training the text transformer leaves all the rest as it is");
        if (source.Attributes is null)
            throw new InvalidInputException($"the text transformer alone learns from captions whose attributes are known; allowed: --data {TrainCommand.Shapes}, not {source.Description.Kind}");
    }

    // The model's other networks, with which the trained one makes a whole.
    private static void CopyModel(StartingPoint start, TrainingSource source, string folder)
    {
        Directory.CreateDirectory(folder);
        if (start.Folder is { } model)
        {
            string[] files = [NativeFolder.WeightsFile, NativeFolder.UpsamplerFile, NativeFolder.ClassifierFile, NativeFolder.ClassesFile];
            foreach (var file in files.Where(file => file != start.Network.File() && File.Exists(Path.Combine(model, file))))
                RegularFile.Copy(Path.Combine(model, file), Path.Combine(folder, file));
        }
        if (start.Network == TrainedNetwork.Classifier && source.Classes?.Names is { } names)
            TrainingFolder.Write(Path.Combine(folder, NativeFolder.ClassesFile), string.Concat(names.Select(name => $"{name}\n")));
    }

    private static bool CanMultiplyInBFloat16(torch.Device device, IAnsiConsole console)
    {
        if (device.type == DeviceType.CUDA || CpuFeatures.CanMultiplyInBFloat16) return true;
        ProgressDisplay.Print(console, "this processor cannot multiply in bfloat16; using fp32");
        return false;
    }

    private int Run(IAnsiConsole console, CancellationToken cancellationToken)
    {
        var first = _trainer.Step;
        if (first >= _options.Steps)
        {
            WriteResults();
            ProgressDisplay.Print(console, $"training is complete: {first} of {_options.Steps} steps are done");
            return 0;
        }

        if (first > 0) ProgressDisplay.Print(console, $"going on after step {first}");
        try
        {
            ProgressDisplay.Run(console, "step", first, _options.Steps, LineEvery, display => Train(display, cancellationToken));
        }
        catch (Exception unusable) when (unusable is InvalidInputException or InvalidDataException && !_hasDiverged)
        {
            ProgressDisplay.Print(console, $"stopped after step {_trainer.Step}; mend what is wrong and run the same command again to go on");
            throw;
        }
        WriteResults();
        if (_trainer.Step < _options.Steps)
        {
            ProgressDisplay.Print(console, $"stopped after step {_trainer.Step}; run the same command again to go on");
            cancellationToken.ThrowIfCancellationRequested();
        }
        ProgressDisplay.Print(console, $"the model is in {_folder.Model}");
        return 0;
    }

    private void Train(ProgressDisplay display, CancellationToken cancellationToken)
    {
        var meter = new TrainingMeter(_options.BatchSize);
        foreach (var progress in _trainer.Run(_folder.Checkpoint, cancellationToken))
        {
            _hasDiverged = !double.IsFinite(progress.Loss);
            if (_hasDiverged)
                throw new InvalidInputException(
                    $"the loss of step {progress.Step} is {progress.Loss}: training has diverged; --learning-rate is {_options.LearningRate}, try less");
            _log.Append(progress);
            display.Report(progress.Step, $"{meter.Add(progress)}{_captions?.Latest}");
            if (progress.Step % _options.CheckpointEvery == 0 && progress.Step < _options.Steps) WriteResults();
        }
    }

    private void WriteResults()
    {
        NativeFolder.Write(_folder.Model, _config, _trainer.Model, _folder.Tokenizer, _start.Network.File());
        _captions?.Append(_trainer);
        if (_log.Losses.Count > 0) LossPlot.Save(_log.Losses, _folder.LossPicture);
    }
}
