package dev.pgweir.proxy.prepare;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What makes two statements the same: how they are made, text and parameter types to the byte, the settings of the
 * session that PostgreSQL reads a text by (encoding, date style, …), and what executing does. Immutable.
 */
final class Definition implements Comparable<Definition> {
    private final PreparedStatement.Kind kind;
    private final byte[] bytes;
    private final Object settings;
    private final Behaviour behaviour;
    private final int hash;

    /**
     * @param bytes taken over; nobody changes them any more
     * @param settings compared only
     */
    Definition(PreparedStatement.Kind kind, byte[] bytes, Object settings, Behaviour behaviour) {
        this.kind = kind;
        this.bytes = bytes;
        this.settings = settings;
        this.behaviour = behaviour;
        int texts = 31 * (31 * Arrays.hashCode(bytes) + settings.hashCode()) + kind.hashCode();
        this.hash = 31 * texts + behaviour.hashCode();
    }

    PreparedStatement.Kind kind() {
        return kind;
    }

    byte[] bytes() {
        return bytes;
    }

    Object settings() {
        return settings;
    }

    Behaviour behaviour() {
        return behaviour;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Definition that
                && hash == that.hash
                && kind == that.kind
                && Arrays.equals(bytes, that.bytes)
                && settings.equals(that.settings)
                && behaviour.equals(that.behaviour);
    }

    /**
     * For the map alone, which by it finds one of many with the same hash: a client can make as many of these as it likes.
     * Those it cannot tell apart here differ in nothing that a client chooses freely.
     */
    @Override
    public int compareTo(Definition that) {
        int byText = Arrays.compare(bytes, that.bytes);
        return byText != 0 ? byText : kind.compareTo(that.kind);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return kind + ", " + bytes.length + " bytes";
    }
}
