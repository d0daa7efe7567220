package dev.pgweir.proxy.log;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who a log line is about: {@code C-0x1f: database/user@address:port}.
 *
 * @param side what is at the other end
 * @param id number of the connection, as the console shows it
 * @param database null before it is known
 * @param user null before it is known
 * @param peer the other end's address
 */
public record LogPrefix(
        Side side,
        long id,
        @Nullable String database,
        @Nullable String user,
        SocketAddress peer) {

    /** What is at the other end of a connection. */
    public enum Side {
        /** Something that connected to PgWeir. */
        CLIENT('C'),
        /** A PostgreSQL that PgWeir connected to. */
        SERVER('S');

        private final char letter;

        Side(char letter) {
            this.letter = letter;
        }
    }

    /** How lines name the server connection with this number. */
    public static String serverId(long id) {
        return Side.SERVER.letter + "-0x" + Long.toHexString(id);
    }

    /** A name that a peer has made up, fit for a line. */
    public static String shownName(String name) {
        return LogText.name(name);
    }

    @Override
    public String toString() {
        return side.letter + "-0x" + Long.toHexString(id) + ": "
                + (database == null ? "(nodb)" : LogText.name(database)) + "/"
                + (user == null ? "(nouser)" : LogText.name(user)) + "@" + ConnectionAddress.text(peer);
    }
}
