package dev.pgweir.proxy.prepare;

/**
 * What a message changes in the books, as soon as its answer is known. One of the three is called, once, on the client's
 * loop; of several the skipped ones last to first, since each takes back what it wrote over what was there before.
 */
public interface Effect {
    /** PostgreSQL did it. */
    void done();

    /** PostgreSQL tried, and refused. */
    void failed();

    /** PostgreSQL never looked at it, because of an error before it or because the connection ended. */
    void skipped();
}
