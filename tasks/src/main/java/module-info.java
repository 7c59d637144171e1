/** Tasks: what is learnt, from which text, and how it is judged. */
module recurve.tasks {
  requires recurve.core;
  requires recurve.io;
}
