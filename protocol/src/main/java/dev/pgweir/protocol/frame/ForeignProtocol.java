package dev.pgweir.protocol.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells who knocks with something else than PostgreSQL's protocol, so that the log says what to change. */
final class ForeignProtocol {
    private static final Set<String> HTTP =
            Set.of("GET ", "POST", "PUT ", "HEAD", "DELE", "OPTI", "PATC", "CONN", "TRAC", "PRI ");

    // A TLS record: handshake (22), and the major version, which is 3 for everything from SSL 3.0 to TLS 1.3.
    private static final int TLS_HANDSHAKE = 0x1603;
    // The first four bytes of the PROXY protocol's version 2 signature.
    private static final int PROXY_V2 = 0x0d0a0d0a;

    private ForeignProtocol() {}

    /** What the first four bytes of a connection say, or null where they say nothing. */
    static @Nullable String describe(int firstBytes) {
        if (firstBytes >>> 16 == TLS_HANDSHAKE) {
            return "a TLS handshake came where a startup packet was expected: direct TLS (sslnegotiation=direct) is not"
                    + " supported, the client has to send an SSLRequest first";
        }
        String text =
                new String(ByteBuffer.allocate(Integer.BYTES).putInt(firstBytes).array(), StandardCharsets.US_ASCII);
        if (HTTP.contains(text)) {
            return "an HTTP request came where a PostgreSQL startup packet was expected: this port speaks the"
                    + " PostgreSQL protocol";
        }
        if (firstBytes == PROXY_V2 || text.equals("PROX")) {
            return "a PROXY protocol header came from an address that may not send one: turn it off in the load balancer,"
                    + " or name its address in proxy_protocol_from";
        }
        return text.equals("SSH-") ? "an SSH client came where a PostgreSQL startup packet was expected" : null;
    }
}
