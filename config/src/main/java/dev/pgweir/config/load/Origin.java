package dev.pgweir.config.load;

/**
 * Where a value came from.
 *
 * @param source a file or the name of an environment variable
 * @param line from 1; 0 where lines make no sense
 * @param column from 1; 0 where lines make no sense
 */
record Origin(String source, int line, int column) {

    static Origin of(String source) {
        return new Origin(source, 0, 0);
    }

    /** Whether it is a place in a file. */
    boolean hasLine() {
        return line > 0;
    }

    /** {@code file:line:column}, or the source alone. */
    String text() {
        return !hasLine() ? source : source + ":" + line + ":" + column;
    }

    /** {@code key} for a message; empty where the source is a variable, which says it already. */
    String label(String key) {
        return source.startsWith(EnvironmentReader.PREFIX) || source.equals(UrlStart.VARIABLE) ? "" : key;
    }
}
