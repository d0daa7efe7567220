package dev.pgweir.config.value;

/** How clients prove who they are. */
public enum AuthType implements Choice {
    /** No check, and any user name is taken; the server is reached as the forced user of the database. */
    ANY("any"),
    /** No check, but the user must be known. */
    TRUST("trust"),
    /** The password in clear text. */
    PLAIN("plain"),
    /** MD5 of the password, or SCRAM where a SCRAM secret is stored. */
    MD5("md5"),
    /** SCRAM-SHA-256 (RFC 7677). */
    SCRAM_SHA_256("scram-sha-256"),
    /** What the kernel says of the process at the other end of a Unix socket. */
    PEER("peer"),
    /** A TLS client certificate. */
    CERT("cert"),
    /** Rules of a host-based authentication file. */
    HBA("hba"),
    /** An LDAP directory. */
    LDAP("ldap"),
    /** Pluggable authentication modules. */
    PAM("pam");

    private final String text;

    AuthType(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
