/**
 * How fast this machine trains and runs models, and how fast it could.
 *
 * <p>Knows tasks, cells and backends by the names of their catalogs only.
 */
module recurve.measure {
  requires jdk.incubator.vector;
  requires jdk.management;
  requires transitive recurve.core;

  exports recurve.measure;
}
