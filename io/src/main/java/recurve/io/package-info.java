/**
 * What can go wrong with files, and how it is told.
 *
 * <p>Nobody implements anything here. Every reader and writer of this module and of the tasks
 * throws {@link recurve.io.FileException}; the command line turns it into one line and an exit
 * code.
 */
package recurve.io;
