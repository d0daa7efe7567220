package dev.pgweir.proxy.log;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Writes addresses as PgBouncer's log does: {@code 127.0.0.1:5432}, {@code [::1]:5432}. */
public final class ConnectionAddress {

    private ConnectionAddress() {}

    /** For any kind of address; what a peer has chosen cannot forge a line. */
    public static String text(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return LogText.name(address.toString());
        }
        String host = inet.getAddress() == null
                ? LogText.name(inet.getHostString())
                : inet.getAddress().getHostAddress();
        return (inet.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + inet.getPort();
    }
}
