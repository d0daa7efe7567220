package dev.pgweir.proxy.net;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Names of Unix sockets, as libpq and PgBouncer make them. Nothing here touches a file. */
public final class UnixSockets {
    /** What {@code sun_path} holds on Linux, its closing zero left aside. Others have 104; the kernel says so itself. */
    private static final int MAX_BYTES = 107;

    private UnixSockets() {}

    /** Whether a host is the directory of a Unix socket or, with {@code @}, an abstract name (Linux). */
    public static boolean isUnix(String host) {
        return host.startsWith("/") || isAbstract(host);
    }

    static boolean isAbstract(String path) {
        return path.startsWith("@");
    }

    /**
     * The socket of a directory and port.
     *
     * @param directory may begin with {@code @} for an abstract name, which is in no directory
     * @throws IllegalArgumentException if it is longer than the kernel takes; the text says so
     */
    public static String path(String directory, int port) {
        String path = (directory.endsWith("/") ? directory : directory + "/") + ".s.PGSQL." + port;
        int length = path.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_BYTES) {
            throw new IllegalArgumentException("the Unix socket's name " + path + " has " + length
                    + " bytes, the operating system takes " + MAX_BYTES);
        }
        return path;
    }

    /** The port in a socket's name, else {@code otherwise}. */
    static int port(String path, int otherwise) {
        String number = path.substring(path.lastIndexOf('.') + 1);
        return path.contains(".s.PGSQL.") && number.matches("[0-9]{1,5}") ? Integer.parseInt(number) : otherwise;
    }

    /**
     * How an end of a Unix socket is shown where others have an address: it has a name only on one side, and none that
     * says anything about the process there.
     *
     * @param port the one in the socket's name
     */
    public static InetSocketAddress shown(int port) {
        return InetSocketAddress.createUnresolved("unix", port);
    }

    /** The same with the number of the process at that end, for the log. */
    public static InetSocketAddress shown(int pid, int port) {
        return pid > 0 ? InetSocketAddress.createUnresolved("unix(" + pid + ")", port) : shown(port);
    }
}
