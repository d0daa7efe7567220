package dev.pgweir.config.hba;

/** What a rule asks of a client; names as they stand in the file. */
public enum HbaMethod {
    TRUST("trust"),
    REJECT("reject"),
    /** The password in clear text. */
    PASSWORD("password"),
    MD5("md5"),
    SCRAM_SHA_256("scram-sha-256"),
    PEER("peer"),
    CERT("cert"),
    LDAP("ldap");

    private final String text;

    HbaMethod(String text) {
        this.text = text;
    }

    /** The word in the file. */
    public String text() {
        return text;
    }
}
