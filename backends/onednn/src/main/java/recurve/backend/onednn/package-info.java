/**
 * The backend {@code onednn}: products by Intel's oneAPI Deep Neural Network Library, which is
 * worth its size where a processor multiplies the upper halves of floats faster than floats.
 */
@NullMarked
package recurve.backend.onednn;

import org.jspecify.annotations.NullMarked;
