package dev.pgweir.proxy.prepare;

/**
 * The effect of a message that was sent with other names of statements than the client's, so that an error can be told in
 * the client's words.
 */
public interface Reference extends Effect {
    /**
     * The client's name for the statement; one char a byte, empty for the unnamed one.
     *
     * @param sent the name that the server was told
     */
    String clientName(String sent);

    /** The place in the client's text that an error speaks of, counted in characters from 1. */
    default int clientPosition(int sent) {
        return sent;
    }

    /** For a message that changes nothing. */
    @Override
    default void done() {}

    @Override
    default void failed() {}

    @Override
    default void skipped() {}
}
