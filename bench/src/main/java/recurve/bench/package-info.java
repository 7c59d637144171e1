/**
 * Benchmarks: how fast whole training steps are.
 *
 * <p>Programs with a {@code main}, on the class path; nobody calls them from code.
 */
package recurve.bench;
