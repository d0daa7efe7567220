package dev.pgweir.proxy.auth;

import java.util.Arrays;
import java.util.Optional;

/** How a client has to prove who it is: values of {@code auth_type}. */
public enum AuthMethod {
    /** Nothing to prove, but the user must be known. */
    TRUST("trust"),
    /** Nothing to prove, any user name is taken. */
    ANY("any"),
    /** The password itself. */
    PLAIN("plain"),
    /** MD5 challenge; SCRAM for users whose stored secret is a SCRAM secret. */
    MD5("md5"),
    /** SCRAM-SHA-256 (RFC 7677). */
    SCRAM_SHA_256("scram-sha-256"),
    /** What the kernel says of the process at the other end of a Unix socket. */
    PEER("peer"),
    /** A certificate in the client's name, verified by the TLS handshake. */
    CERT("cert");

    private final String setting;

    AuthMethod(String setting) {
        this.setting = setting;
    }

    /** The value of {@code auth_type}. */
    public String setting() {
        return setting;
    }

    /** The method for a value of {@code auth_type}; empty for the values that need more than this package has. */
    public static Optional<AuthMethod> ofSetting(String setting) {
        return Arrays.stream(values())
                .filter(method -> method.setting.equals(setting))
                .findFirst();
    }
}
