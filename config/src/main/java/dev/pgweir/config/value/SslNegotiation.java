package dev.pgweir.config.value;

/** How a connection to a server begins TLS, in libpq's words. */
public enum SslNegotiation implements Choice {
    /** It asks first, in the clear, as every PostgreSQL understands. */
    POSTGRES("postgres"),
    /** It begins with the handshake: PostgreSQL 17 and newer. */
    DIRECT("direct");

    private final String text;

    SslNegotiation(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
