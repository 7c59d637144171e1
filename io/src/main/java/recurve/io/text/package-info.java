/**
 * Text files: lines of any size of file, checked as they stream by, records of tables, and word
 * vectors.
 *
 * <p>Nobody implements anything here. Tasks read their corpora through {@link
 * recurve.io.text.TextReader} or {@link recurve.io.text.Records}, and their embeddings through
 * {@link recurve.io.text.WordVectors}; {@link recurve.io.text.WordSpace} compares words.
 */
package recurve.io.text;
