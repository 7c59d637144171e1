/** Tasks over text: language modelling. */
module recurve.tasks {
  requires recurve.core;
  requires recurve.io;

  provides recurve.task.Task with
      recurve.tasks.lm.LanguageModeling;
}
