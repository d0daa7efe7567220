package dev.pgweir.proxy.auth;

import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a client comes from, for limits that each source of clients has: an address, or with IPv6 the network of 64 bits
 * from which a host has all addresses to choose from.
 *
 * @param text its bytes; for comparisons only
 */
public record SourceNetwork(String text) {
    private static final int IPV6_NETWORK = 8;

    /** All that come through a Unix socket. */
    private static final SourceNetwork LOCAL = new SourceNetwork("local");

    /**
     * That of an address.
     *
     * @param address null for a Unix socket
     */
    public static SourceNetwork of(@Nullable InetAddress address) {
        if (address == null) {
            return LOCAL;
        }
        byte[] bytes = address.getAddress();
        return new SourceNetwork(
                Arrays.toString(bytes.length > IPV6_NETWORK ? Arrays.copyOf(bytes, IPV6_NETWORK) : bytes));
    }
}
