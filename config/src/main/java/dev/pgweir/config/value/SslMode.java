package dev.pgweir.config.value;

/** Whether a connection is encrypted, in libpq's words. */
public enum SslMode implements Choice {
    /** Never. */
    DISABLE("disable"),
    /** Only where the other side insists. */
    ALLOW("allow"),
    /** Where the other side can. */
    PREFER("prefer"),
    /** Always, without looking at the certificate. */
    REQUIRE("require"),
    /** Always, with a certificate of a known authority. */
    VERIFY_CA("verify-ca"),
    /** Always, with a certificate of a known authority for that very host. */
    VERIFY_FULL("verify-full");

    private final String text;

    SslMode(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
