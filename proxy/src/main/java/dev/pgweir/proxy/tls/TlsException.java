package dev.pgweir.proxy.tls;

/** TLS cannot be set up as the configuration says; the text names the setting and what is wrong with it. */
public final class TlsException extends Exception {
    private static final long serialVersionUID = 1;

    private final String setting;

    TlsException(String setting, String message) {
        super(message);
        this.setting = setting;
    }

    TlsException(String setting, String message, Throwable cause) {
        super(message, cause);
        this.setting = setting;
    }

    /** Name of the setting. */
    public String setting() {
        return setting;
    }
}
