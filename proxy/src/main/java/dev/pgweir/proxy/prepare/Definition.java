package dev.pgweir.proxy.prepare;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What makes two statements the same: how they are made, text and parameter types to the byte, the settings of the
 * session that PostgreSQL reads a text by (encoding, date style, …), and what executing does. Immutable.
 */
final class Definition {
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
        this.hash = 31 * (31 * Arrays.hashCode(bytes) + settings.hashCode()) + kind.hashCode();
    }

    PreparedStatement.Kind kind() {
        return kind;
    }

    byte[] bytes() {
        return bytes;
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

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return kind + ", " + bytes.length + " bytes";
    }
}
