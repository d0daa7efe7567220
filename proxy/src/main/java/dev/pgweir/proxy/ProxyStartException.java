package dev.pgweir.proxy;

/** PgWeir could not start. The message is meant for the user: it names the setting to change. */
public final class ProxyStartException extends Exception {
    public ProxyStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
