/** The similarity of two sentences, as a plugin. */
module acme.siamese {
  requires recurve.core;

  provides recurve.task.Task with
      acme.siamese.Similarity;
}
