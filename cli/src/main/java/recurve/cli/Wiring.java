package recurve.cli;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.MapBinder;

/** The composition root: what each command is made of. */
final class Wiring extends AbstractModule {
  private final Console console;
  private final Installed installed;
  private final Interruption interruption;

  Wiring(Console console, Installed installed, Interruption interruption) {
    this.console = console;
    this.installed = installed;
    this.interruption = interruption;
  }

  @Override
  protected void configure() {
    bind(Console.class).toInstance(console);
    bind(Installed.class).toInstance(installed);
    bind(Interruption.class).toInstance(interruption);
    // in the order of the help
    MapBinder<String, Command> commands =
        MapBinder.newMapBinder(binder(), String.class, Command.class);
    commands.addBinding("train").to(TrainCommand.class);
    commands.addBinding("evaluate").to(EvaluateCommand.class);
    commands.addBinding("generate").to(GenerateCommand.class);
    commands.addBinding("predict").to(PredictCommand.class);
    commands.addBinding("export").to(ExportCommand.class);
    commands.addBinding("import").to(ImportCommand.class);
    commands.addBinding("embeddings").to(EmbeddingsCommand.class);
    commands.addBinding("verify").to(VerifyCommand.class);
    commands.addBinding("inspect").to(InspectCommand.class);
    commands.addBinding("plugins").to(PluginsCommand.class);
    commands.addBinding("bench").to(BenchCommand.class);
  }
}
