/**
 * The backend {@code amx}: products by the instructions AMX of Intel's processors, which multiply
 * tiles of matrices. Java has no words for them, so their loop is machine code, written here.
 */
@NullMarked
package recurve.backend.amx;

import org.jspecify.annotations.NullMarked;
