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
  private final Run run;

  /** What is read. */
  record Texts(Corpus train, Optional<Corpus> validation, Optional<Corpus> test) {}

  /** How it runs, which changes no number. */
  record Run(Backends.Choice on, boolean quiet, boolean json, Interruption interruption) {}

  Training(
      Console console, Installed installed, Task task, Settings settings, Texts texts, Run run) {
    this.console = console;
    this.installed = installed;
    this.task = task;
    this.settings = settings;
    this.texts = texts;
    this.run = run;
  }

  /** Trains into a new folder. */
  void begin(Path out) {
    Model model = settings.model(task, installed);
    model.encoder(); // refuses options that do not go together before a folder is made
    try (ModelFolder folder = ModelFolder.create(out)) {
      fit(folder, model, Optional.empty());
    }
  }

  /** Goes on with the training in a folder. */
  void resume(Path out) {
    try (ModelFolder folder = ModelFolder.resume(out)) {
      Optional<Snapshot> from = folder.resumed();
      Model model = from.map(s -> resumed(out, s)).orElseGet(() -> settings.model(task, installed));
      fit(folder, model, from);
    }
  }

  private Model resumed(Path out, Snapshot from) {
    if (!from.task().equals(task.name())) {
      throw Failure.usage(
          out
              + " holds a model of task "
              + from.task()
              + ", not "
              + task.name()
              + ". Name that task, or another folder.");
    }
    Snapshot.Position position =
        from.training()
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
    Model begun = new Models(installed).model(out, from);
    return settings.model(begun, Set.of(Trainer.EPOCHS, Trainer.CHECKPOINT_EVERY), installed);
  }

  private void fit(ModelFolder folder, Model model, Optional<Snapshot> from) {
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
        var trainer = new Trainer(model, run.on.backend(), run.on.threads());
        var work = run.interruption.work(trainer::stop)) {
      var listener = new Listeners(run.quiet ? Listener.SILENT : progress, journal);
      trained =
          from.isPresent()
              ? trainer.resume(from.get(), texts.train(), texts.validation(), listener)
              : trainer.fit(texts.train(), texts.validation(), listener);
      if (work.isStopped()) throw interrupted(folder, journal, from.isPresent());
    }
    if (!journal.hasBegun()) {
      say("the training is over; to go on, give more --epochs");
    }
    texts.test().ifPresent(test -> test(journal, trained, test));
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
