/** Tasks over text: language modelling, classification, tagging, translation. */
module recurve.tasks {
  requires recurve.core;
  requires recurve.io;

  provides recurve.task.Task with
      recurve.tasks.classify.Classification,
      recurve.tasks.graph.GraphTask,
      recurve.tasks.lm.LanguageModeling,
      recurve.tasks.seq2seq.SequenceToSequence,
      recurve.tasks.tag.Tagging;
}
