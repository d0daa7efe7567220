package dev.pgweir.protocol.auth.scram;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Base64;

/**
 * What a SCRAM login says of the channel it runs over: the gs2 header of RFC 5802 section 7 without an authorization
 * identity, and the data behind it. Immutable, for any thread.
 */
public final class ChannelBinding {
    /** The client has no channel to bind to, or does not want to. */
    public static final ChannelBinding NONE = new ChannelBinding("n,,", new byte[0]);

    /** The client could, but thinks that the server cannot. */
    public static final ChannelBinding NOT_OFFERED = new ChannelBinding("y,,", new byte[0]);

    /** The one type that PostgreSQL knows: RFC 5929 section 4. */
    static final String TLS_SERVER_END_POINT = "p=tls-server-end-point,,";

    private final String gs2Header;
    private final byte[] data;

    private ChannelBinding(String gs2Header, byte[] data) {
        this.gs2Header = gs2Header;
        this.data = data;
    }

    /**
     * Bound to the server's certificate.
     *
     * @param hash of the certificate
     */
    public static ChannelBinding tlsServerEndPoint(byte[] hash) {
        return new ChannelBinding(TLS_SERVER_END_POINT, hash.clone());
    }

    String gs2Header() {
        return gs2Header;
    }

    /** The value of {@code c=} in client-final-message. */
    String attribute() {
        return attribute(gs2Header, data);
    }

    static String attribute(String gs2Header, byte[] data) {
        byte[] header = gs2Header.getBytes(US_ASCII);
        byte[] all = Arrays.copyOf(header, header.length + data.length);
        System.arraycopy(data, 0, all, header.length, data.length);
        return Base64.getEncoder().encodeToString(all);
    }

    @Override
    public String toString() {
        return "ChannelBinding[" + gs2Header + "]";
    }
}
