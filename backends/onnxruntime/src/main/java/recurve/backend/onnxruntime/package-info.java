/**
 * ONNX Runtime as a backend, and as the judge of files.
 *
 * <p>Implements {@link recurve.backend.Backend} and {@link recurve.io.onnx.OnnxRunner}. Called
 * through those alone.
 */
@NullMarked
package recurve.backend.onnxruntime;

import org.jspecify.annotations.NullMarked;
