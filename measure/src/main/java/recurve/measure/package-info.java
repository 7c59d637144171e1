/**
 * Speed, and what it is measured against: whole training steps of fixed models, and the arithmetic
 * that the processor could do at best.
 *
 * <p>{@code recurve bench} and the programs of {@code bench} call it; a model of the list is a
 * {@link recurve.measure.Workload}.
 */
package recurve.measure;
