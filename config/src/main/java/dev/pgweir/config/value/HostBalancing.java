package dev.pgweir.config.value;

/** How the hosts of a database with several of them are chosen. */
public enum HostBalancing implements Choice {
    /** Each new connection takes the next host. */
    ROUND_ROBIN("round-robin"),
    /** Stay with a host until it fails. */
    DISABLE("disable");

    private final String text;

    HostBalancing(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
