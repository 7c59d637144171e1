/**
 * A backend on the Vector API: packed products, elementwise regions compiled to hidden classes,
 * memory planned once, threads.
 *
 * <p>It implements {@link recurve.backend.Backend} and is found as a service. Programs call it only
 * through that interface; {@code docs/internals.md} tells how a graph becomes machine code here.
 */
@NullMarked
package recurve.backend.vector;

import org.jspecify.annotations.NullMarked;
