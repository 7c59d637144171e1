/**
 * Other frameworks, doing the training steps that {@code recurve bench} times.
 *
 * <p>Programs with a {@code main}, outside of the build; {@code compare.sh} runs them and ours in
 * turn.
 */
package recurve.bench.peers;
