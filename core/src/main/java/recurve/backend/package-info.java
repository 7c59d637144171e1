/**
 * What runs graphs: the backend's interface and the reference interpreter.
 *
 * <p>A backend implements {@link recurve.backend.Backend} and is found as a service. The trainer,
 * decoding and the tests' kit call it; the interpreter is the definition it is held against.
 */
package recurve.backend;
