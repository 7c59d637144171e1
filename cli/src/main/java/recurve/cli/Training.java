package recurve.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.io.checkpoint.ModelFolder;
import recurve.task.Corpus;
import recurve.task.Report;
import recurve.task.Task;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Snapshot;
import recurve.train.Trained;
import recurve.train.Trainer;

/** One training, from its settings to the last report. */
final class Training {
  private final Console console;
  private final Installed installed;
  private final Task task;
  private final Settings settings;
  private final Texts texts;
  private final Optional<Path> from;
  private final Run run;

  /** What is read. */
  record Texts(Corpus train, Optional<Corpus> validation, Optional<Corpus> test) {}

  /** How it runs, which changes no number. */
  record Run(Backends.Choice on, boolean quiet, boolean json, Interruption interruption) {}

  /**
   * A training.
   *
   * @param from the folder of a finished model to begin with
   */
  Training(
      Console console,
      Installed installed,
      Task task,
      Settings settings,
      Texts texts,
      Optional<Path> from,
      Run run) {
    this.console = console;
    this.installed = installed;
    this.task = task;
    this.settings = settings;
    this.texts = texts;
    this.from = from;
    this.run = run;
  }

  /** Trains into a new folder. */
  void begin(Path out) {
    Begun begun = begun();
    begun.model.encoder(); // refuses options that do not go together before a folder is made
    try (ModelFolder folder = ModelFolder.create(out)) {
      fit(folder, begun);
    }
  }

  /**
   * What a training begins with, or goes on from.
   *
   * @param finished a model whose weights it begins with
   * @param checkpoint a training of its own that was stopped
   */
  private record Begun(Model model, Optional<Snapshot> finished, Optional<Snapshot> checkpoint) {}

  private Begun begun() {
    Optional<Snapshot> finished = from.map(ModelFolder::read);
    Model model =
        finished
            .map(s -> tuned(from.orElseThrow(), s))
            .orElseGet(() -> settings.model(task, installed));
    return new Begun(model, finished, Optional.empty());
  }

  /** The model that is trained further; any option may change that changes no weight's shape. */
  private Model tuned(Path folder, Snapshot s) {
    refuseOtherTask(folder, s);
    Model model = new Models(installed).model(folder, s);
    return settings.model(model, Set.copyOf(model.options().declared()), installed);
  }

  /** Goes on with the training in a folder. */
  void resume(Path out) {
    try (ModelFolder folder = ModelFolder.resume(out)) {
      Optional<Snapshot> checkpoint = folder.resumed();
      Begun begun =
          checkpoint
              .map(s -> new Begun(resumed(out, s), Optional.empty(), checkpoint))
              .orElseGet(this::begun);
      fit(folder, begun);
    }
  }

  private void refuseOtherTask(Path folder, Snapshot s) {
    if (s.task().equals(task.name())) return;
    throw Failure.usage(
        folder
            + " holds a model of task "
            + s.task()
            + ", not "
            + task.name()
            + ". Name that task, or another folder.");
  }

  private Model resumed(Path out, Snapshot checkpoint) {
    refuseOtherTask(out, checkpoint);
    Snapshot.Position position =
        checkpoint
            .training()
            .orElseThrow(() -> new FileException(Category.BAD_DATA, out, "holds no training."))
            .position();
    if (!position.data().equals(texts.train().fingerprint())) {
      throw new FileException(
          Category.BAD_DATA,
          out,
          "the training began with another text than this --train. Give the same file, or train"
              + " into another folder.");
    }
    boolean validated = !position.validation().isEmpty();
    if (position.epoch() > 0 && validated != texts.validation().isPresent()) {
      throw Failure.usage(
          out
              + ": the training began "
              + (validated ? "with" : "without")
              + " --valid. Go on in the same way, or train into another folder.");
    }
    Model begun = new Models(installed).model(out, checkpoint);
    return settings.model(begun, Set.of(Trainer.EPOCHS, Trainer.CHECKPOINT_EVERY), installed);
  }

  private void fit(ModelFolder folder, Begun begun) {
    var journal = new Journal(folder, this::tell, System::nanoTime);
    say(
        "backend "
            + run.on.backend().name()
            + " ("
            + run.on.detail()
            + "), "
            + run.on.threads()
            + " threads");
    Trained trained;
    try (var progress = new Progress(screen(), console.terminal(), System::nanoTime);
        var trainer = new Trainer(begun.model, run.on.backend(), run.on.threads());
        var work = run.interruption.work(trainer::stop)) {
      var listener = new Listeners(run.quiet ? Listener.SILENT : progress, journal, new Sweeper());
      trained = train(trainer, begun, listener);
      if (work.isStopped()) throw interrupted(folder, journal, begun.checkpoint.isPresent());
    }
    if (!journal.hasBegun()) {
      say("the training is over; to go on, give more --epochs");
    }
    texts.test().ifPresent(test -> test(journal, trained, test));
  }

  private Trained train(Trainer trainer, Begun begun, Listener listener) {
    if (begun.checkpoint.isPresent()) {
      return trainer.resume(begun.checkpoint.get(), texts.train(), texts.validation(), listener);
    }
    if (begun.finished.isPresent()) {
      return trainer.tune(begun.finished.get(), texts.train(), texts.validation(), listener);
    }
    return trainer.fit(texts.train(), texts.validation(), listener);
  }

  private static Failure interrupted(ModelFolder folder, Journal journal, boolean resumed) {
    boolean kept = journal.hasCommitted() || resumed;
    return new Failure(
        Exit.INTERRUPTED,
        kept
            ? "interrupted; the last checkpoint is in "
                + folder.path()
                + ". To go on, add --resume to the same command."
            : "interrupted before the first checkpoint; nothing was kept");
  }

  private void test(Journal journal, Trained trained, Corpus text) {
    Report report = trained.evaluate(text, run.on.backend(), run.on.threads());
    journal.test(task.name(), report);
    say("test: " + Progress.figures(report));
  }

  /** Where a person looks; results for programs have standard output for themselves. */
  private PrintStream screen() {
    return run.json ? console.err() : console.out();
  }

  /** Says something to whoever looks on. */
  private void say(String line) {
    if (!run.quiet) screen().println(line);
  }

  /** Tells a program a report. */
  private void tell(String json) {
    if (run.json) console.out().println(json);
  }
}
