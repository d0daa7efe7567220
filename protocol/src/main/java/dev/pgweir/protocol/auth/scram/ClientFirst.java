package dev.pgweir.protocol.auth.scram;

/**
 * client-first-message of RFC 5802 section 7.
 *
 * @param gs2Header up to and with its second comma
 * @param bare what follows, client-first-message-bare
 * @param nonce the client's part
 */
record ClientFirst(String gs2Header, String bare, String nonce) {

    /**
     * @param offered whether channel binding is
     * @param bound whether the client has chosen the mechanism with it
     */
    static ClientFirst parse(byte[] message, boolean offered, boolean bound) throws ScramException {
        String text = AttributeReader.decode(message);
        int end = endOfGs2Header(text, offered, bound);
        AttributeReader reader = new AttributeReader(text, end);
        reader.refuseMandatoryExtension();
        checkName(reader.expect('n'));
        String nonce = Nonce.check(reader.expect('r'));
        while (!reader.atEnd()) {
            reader.skipExtension();
        }
        return new ClientFirst(text.substring(0, end), text.substring(end), nonce);
    }

    private static int endOfGs2Header(String text, boolean offered, boolean bound) throws ScramException {
        char flag = text.isEmpty() ? '\0' : text.charAt(0);
        if (bound) {
            return endOfBoundHeader(text);
        }
        if (flag == 'p') {
            throw new ScramException(
                    offered
                            ? "the client chose SCRAM without channel binding, but its message has a binding"
                            : "the client requires SCRAM channel binding, which is not offered");
        }
        if (flag == 'y' && offered) {
            throw new ScramException("SCRAM channel binding negotiation error: the client supports channel binding but"
                    + " thinks the server does not, which does");
        }
        if ((flag != 'n' && flag != 'y') || !text.startsWith(",", 1)) {
            throw new ScramException("malformed SCRAM message: no channel-binding flag");
        }
        if (text.startsWith("a=", 2)) {
            throw new ScramException("the client uses a SCRAM authorization identity, which is not supported");
        }
        if (!text.startsWith(",", 2)) {
            throw new ScramException("malformed SCRAM message: no gs2 header");
        }
        return 3;
    }

    private static int endOfBoundHeader(String text) throws ScramException {
        if (!text.startsWith("p=")) {
            throw new ScramException("the client chose SCRAM with channel binding, but its message has none");
        }
        if (text.startsWith(ChannelBinding.TLS_SERVER_END_POINT)) {
            return ChannelBinding.TLS_SERVER_END_POINT.length();
        }
        throw new ScramException(
                text.startsWith("p=tls-server-end-point,a=")
                        ? "the client uses a SCRAM authorization identity, which is not supported"
                        : "unsupported SCRAM channel-binding type, accepted: tls-server-end-point");
    }

    /** RFC 5802 section 5.1: a name with "=" not followed by 2C or 3D fails the login. An empty one is what libpq sends. */
    private static void checkName(String name) throws ScramException {
        for (int i = name.indexOf('='); i >= 0; i = name.indexOf('=', i + 1)) {
            if (!name.startsWith("2C", i + 1) && !name.startsWith("3D", i + 1)) {
                throw new ScramException("malformed SCRAM message: bad escape in the user name");
            }
        }
    }
}
