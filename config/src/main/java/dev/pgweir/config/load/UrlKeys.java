package dev.pgweir.config.load;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Quote;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.HostBalancing;
import dev.pgweir.config.value.Secret;
import dev.pgweir.config.value.SslMode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns a connection URL into settings. */
final class UrlKeys {

    /**
     * A parameter that a pooler takes over.
     *
     * @param name as Prisma calls it
     * @param perDatabase the key it stands for where the URL is that of one database
     * @param forAll the setting it stands for where the URL is all there is
     */
    private record Parameter(String name, Setting<?> perDatabase, Setting<?> forAll) {}

    private static final Parameter CONNECTION_LIMIT =
            new Parameter("connection_limit", DatabaseSettings.POOL_SIZE, Settings.DEFAULT_POOL_SIZE);

    private static final List<Parameter> PARAMETERS = List.of(
            CONNECTION_LIMIT,
            new Parameter("pool_timeout", DatabaseSettings.QUERY_WAIT_TIMEOUT, Settings.QUERY_WAIT_TIMEOUT),
            new Parameter("connect_timeout", DatabaseSettings.SERVER_CONNECT_TIMEOUT, Settings.SERVER_CONNECT_TIMEOUT),
            new Parameter("socket_timeout", DatabaseSettings.QUERY_TIMEOUT, Settings.QUERY_TIMEOUT),
            new Parameter("sslmode", DatabaseSettings.SERVER_TLS_SSLMODE, Settings.SERVER_TLS_SSLMODE),
            new Parameter(
                    "sslnegotiation", DatabaseSettings.SERVER_TLS_SSLNEGOTIATION, Settings.SERVER_TLS_SSLNEGOTIATION),
            new Parameter("channel_binding", DatabaseSettings.SERVER_CHANNEL_BINDING, Settings.SERVER_CHANNEL_BINDING));

    /** These only tell the client's driver what to do; in the client's own URL they go on working. */
    private static final Set<String> FOR_THE_CLIENT =
            Set.of("pgbouncer", "statement_cache_size", "prepared_statements", "schema");

    /** How drivers for which there is no {@code sslmode} ask for TLS. */
    private static final Set<String> SSL_WANTED = Set.of("true", "1", "on", "yes", "require");

    /** Values that ask for what PgWeir does not have. */
    private static final Map<String, Set<String>> INSISTING = Map.of("gssencmode", Set.of("require"));

    private final DatabaseUrl url;
    private final Origin origin;
    private final String label;
    private final Problems problems;

    /**
     * @param label the key that holds the URL, for messages; empty if the origin says it
     */
    UrlKeys(DatabaseUrl url, Origin origin, String label, Problems problems) {
        this.url = url;
        this.origin = origin;
        this.label = label;
        this.problems = problems;
    }

    /** Where a section of a database has a {@code url}: takes over what the section does not say itself. */
    static void expand(SectionDraft section, Origin origin, Problems problems) {
        Secret text = section.values().find(DatabaseSettings.URL);
        if (text == null) {
            return;
        }
        String label = section.key(DatabaseSettings.URL.name());
        DatabaseUrl url;
        try {
            url = DatabaseUrl.parse(text.reveal());
        } catch (IllegalArgumentException e) {
            problems.error(origin, label, String.valueOf(e.getMessage()));
            // So that nobody is told on top that the host is missing.
            section.set(DatabaseSettings.HOST, "unknown", origin);
            return;
        }
        SectionDraft fromUrl = new SectionDraft(label, origin, DatabaseSettings.TABLE, problems);
        UrlKeys keys = new UrlKeys(url, origin, label, problems);
        keys.connection(fromUrl);
        if (url.dbname() != null) {
            fromUrl.set(DatabaseSettings.DBNAME, url.dbname(), origin);
        }
        if (url.user() != null) {
            fromUrl.set(DatabaseSettings.USER, url.user(), origin);
        }
        if (url.password() != null) {
            fromUrl.set(DatabaseSettings.PASSWORD, url.password(), origin);
        }
        for (Parameter parameter : PARAMETERS) {
            keys.take(parameter, parameter.perDatabase(), fromUrl);
        }
        if (keys.asksForSsl()) {
            fromUrl.set(DatabaseSettings.SERVER_TLS_SSLMODE, SslMode.REQUIRE, origin);
        }
        keys.remaining();
        section.fillFrom(fromUrl);
    }

    /** Sets where the server is and what is asked of it at login. */
    void connection(SectionDraft database) {
        database.set(DatabaseSettings.HOST, url.host(), origin);
        database.set(DatabaseSettings.PORT, url.port(), origin);
        balancing(database);
        for (Setting<String> key : DatabaseSettings.STARTUP_PARAMETERS) {
            String value = url.parameters().get(key.name());
            if (value != null) {
                database.put(key, value, origin, label(key.name()));
            }
        }
    }

    /** libpq goes through the hosts in their order unless it is told to begin anywhere. */
    private void balancing(SectionDraft database) {
        String name = DatabaseSettings.LOAD_BALANCE_HOSTS.name();
        String value = url.parameters().get(name);
        if (value != null && !value.equals("disable") && !value.equals("random")) {
            problems.error(
                    origin, label(name), Quote.of(value) + " is not one of the choices, accepted: disable, random");
        }
        if (url.hasSeveralHosts()) {
            HostBalancing balancing = "random".equals(value) ? HostBalancing.ROUND_ROBIN : HostBalancing.DISABLE;
            database.set(DatabaseSettings.LOAD_BALANCE_HOSTS, balancing, origin);
        }
    }

    /** Sets what the URL says about sizes and times, for all databases. */
    void settings(SectionDraft settings) {
        for (Parameter parameter : PARAMETERS) {
            take(parameter, parameter.forAll(), settings);
        }
        if (asksForSsl()) {
            settings.set(Settings.SERVER_TLS_SSLMODE, SslMode.REQUIRE, origin);
        }
    }

    private boolean asksForSsl() {
        return !url.parameters().containsKey("sslmode")
                && SSL_WANTED.contains(url.parameters().getOrDefault("ssl", ""));
    }

    private void take(Parameter parameter, Setting<?> setting, SectionDraft section) {
        String value = url.parameters().get(parameter.name());
        if (value == null) {
            return;
        }
        if (parameter.equals(CONNECTION_LIMIT) && value.matches("0+")) {
            // As a pool size it would mean no limit, the opposite of what it says.
            problems.error(origin, label(parameter.name()), "a limit of 0 leaves no connection, accepted: at least 1");
            return;
        }
        section.put(setting, value, origin, label(parameter.name()));
    }

    /** Reports the parameters that nothing above has taken. */
    void remaining() {
        url.parameters().forEach((name, value) -> {
            if (INSISTING.getOrDefault(name, Set.of()).contains(value)) {
                problems.error(
                        origin,
                        label(name),
                        Quote.of(value)
                                + " is refused because PgWeir does not encrypt by GSSAPI, accepted: leave it out");
            } else if (FOR_THE_CLIENT.contains(name)) {
                problems.note(origin, label(name), "is for the client, which goes on using it");
            } else if (!isTaken(name) && !(name.equals("ssl") && SSL_WANTED.contains(value))) {
                problems.warn(origin, label(shown(name)), "unknown parameter, has no effect");
            }
        });
    }

    private static boolean isTaken(String name) {
        return PARAMETERS.stream().anyMatch(parameter -> parameter.name().equals(name))
                || name.equals(DatabaseSettings.LOAD_BALANCE_HOSTS.name())
                || DatabaseSettings.STARTUP_PARAMETERS.stream()
                        .anyMatch(key -> key.name().equals(name));
    }

    private String label(String parameter) {
        return label.isEmpty() ? parameter : label + ": " + parameter;
    }

    private static String shown(String name) {
        String quoted = Quote.of(name);
        return quoted.substring(1, quoted.length() - 1);
    }
}
