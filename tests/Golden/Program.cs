using Atelier.Golden;

return GoldenRun.Run(args, Console.Out, Console.Error);
