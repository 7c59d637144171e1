/**
 * The kit: abstract test classes that hold a plugin to what the framework promises of it.
 *
 * <p>Whoever writes a cell, a task, a backend or a reader of subwords extends the class named after
 * it and hands over an instance. JUnit runs the rest.
 */
package recurve.tck;
