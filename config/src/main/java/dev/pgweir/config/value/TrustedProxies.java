package dev.pgweir.config.value;

import java.net.InetAddress;
import java.util.List;

/**
 * Who speaks for others, by the PROXY protocol.
 *
 * @param networks by TCP
 * @param unix whether everybody at the Unix socket
 */
public record TrustedProxies(List<Network> networks, boolean unix) {
    /** Nobody. */
    public static final TrustedProxies NONE = new TrustedProxies(List.of(), false);

    public TrustedProxies {
        networks = List.copyOf(networks);
    }

    /** Whether whoever has this address. */
    public boolean contains(InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }
}
