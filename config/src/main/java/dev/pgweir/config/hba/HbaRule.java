package dev.pgweir.config.hba;

import dev.pgweir.config.value.AddressRange;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the file.
 *
 * @param line its number
 * @param connection how the client comes
 * @param addresses from where; null: from anywhere
 * @param method what it has to prove
 * @param options {@code map}, {@code clientcert} and those of {@code ldap}, by name
 */
public record HbaRule(
        int line,
        Connection connection,
        Names databases,
        Names users,
        @Nullable AddressRange addresses,
        HbaMethod method,
        Map<String, String> options) {

    /** How a client comes. */
    public enum Connection {
        LOCAL,
        HOST,
        HOSTSSL,
        HOSTNOSSL
    }

    public HbaRule {
        options = Map.copyOf(options);
    }

    boolean fits(HbaClient client) {
        boolean comesSo = switch (connection) {
            case LOCAL -> client.address() == null;
            case HOST -> client.address() != null;
            case HOSTSSL -> client.address() != null && client.encrypted();
            case HOSTNOSSL -> client.address() != null && !client.encrypted();
        };
        return comesSo
                && (client.address() == null || addresses == null || addresses.contains(client.address()))
                && databases.hasDatabase(client)
                && users.hasUser(client);
    }

    /** How the directory is asked, for the method ldap. */
    public LdapOptions ldap() {
        Map<String, String> ofDirectory = new HashMap<>(options);
        ofDirectory.remove("clientcert");
        return LdapOptions.of(ofDirectory);
    }

    /** Options may hold a password. */
    @Override
    public String toString() {
        return "line " + line + ": " + connection + " " + method.text();
    }
}
