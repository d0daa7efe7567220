package dev.pgweir.config.value;

/** Whether a login by SCRAM is bound to its TLS connection, in libpq's words. */
public enum ChannelBindingUse implements Choice {
    /** Never. */
    DISABLE("disable"),
    /** Where both sides can. */
    PREFER("prefer"),
    /** Always; a server that cannot is not logged in to. */
    REQUIRE("require");

    private final String text;

    ChannelBindingUse(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
