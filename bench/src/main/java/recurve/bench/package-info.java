/**
 * Proofs by foreign runtimes, and benchmarks that look inside; whole training steps are timed by
 * {@code recurve bench}.
 *
 * <p>Programs with a {@code main}, on the class path; nobody calls them from code.
 */
package recurve.bench;
