package dev.pgweir.config.load;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.PeerConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.UserConfig;
import dev.pgweir.config.hba.HbaMethod;
import dev.pgweir.config.hba.HbaRules;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.PeerSettings;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.AuthType;
import dev.pgweir.config.value.Secret;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds the configuration from what was read, and checks what takes more than one value to see. */
final class ConfigBuilder {

    private static final List<String> EVERY_ADDRESS = List.of("*", "0.0.0.0", "::");

    private final Draft draft;
    private final Map<String, Secret> storedSecrets;
    private final HbaRules hba;
    private final boolean fromUrl;
    private final Problems problems;

    /**
     * @param fromUrl whether the databases are those of {@code DATABASE_URL}
     */
    ConfigBuilder(Draft draft, Map<String, Secret> storedSecrets, HbaRules hba, boolean fromUrl, Problems problems) {
        this.draft = draft;
        this.storedSecrets = storedSecrets;
        this.hba = hba;
        this.fromUrl = fromUrl;
        this.problems = problems;
    }

    LoadResult build() {
        SectionDraft settings = draft.settings();
        if (fromUrl) {
            loginWithoutPassword(settings);
        }
        ProxyConfig.contradictions(settings.values()).forEach(e -> report(settings, e));
        Map<String, DatabaseConfig> databases = new LinkedHashMap<>();
        draft.databases().forEach((name, section) -> database(name, section, databases));
        Map<String, UserConfig> users = new LinkedHashMap<>();
        draft.users().forEach((name, section) -> users.put(name, new UserConfig(name, section.values())));
        Map<Integer, PeerConfig> peers = new LinkedHashMap<>();
        draft.peers().forEach((id, section) -> peer(id, section, peers));
        nobodyCanLogIn(settings, users);
        anyNeedsAUserOnTheServer(settings, databases);
        sharedPortNeedsPeers(settings);

        ProxyConfig config = null;
        if (!problems.hasErrors()) {
            config = ProxyConfig.of(settings.values(), databases, users, peers, storedSecrets)
                    .withHba(hba);
            new Doubts(draft, config, problems).warn();
        }
        List<Problem> all = problems.sorted();
        return new LoadResult(
                config,
                all.stream().filter(ConfigBuilder::isError).toList(),
                all.stream().filter(problem -> !isError(problem)).toList(),
                settings.places());
    }

    private static boolean isError(Problem problem) {
        return problem.severity() == Problem.Severity.ERROR;
    }

    private void database(String name, SectionDraft section, Map<String, DatabaseConfig> databases) {
        try {
            DatabaseConfig database = new DatabaseConfig(name, section.values());
            if (database.hosts().isEmpty()
                    && draft.settings().values().get(Settings.UNIX_SOCKET_DIR).isEmpty()) {
                throw new SettingException(
                        DatabaseSettings.HOST,
                        "missing, and there is no unix_socket_dir in its place, accepted: names or addresses separated by"
                                + " commas, a directory, or @ and an abstract name");
            }
            if (isOwnAddress(database)) {
                throw new SettingException(
                        DatabaseSettings.HOST,
                        "this is the address PgWeir itself listens on, accepted: the PostgreSQL server's");
            }
            databases.put(name, database);
        } catch (SettingException e) {
            report(section, e);
        } catch (IllegalArgumentException e) {
            Origin origin = section.origin();
            problems.error(origin, origin.label("databases"), String.valueOf(e.getMessage()));
        }
    }

    private void peer(String id, SectionDraft section, Map<Integer, PeerConfig> peers) {
        try {
            int number = PeerSettings.parseId(id);
            peers.put(number, new PeerConfig(number, section.values()));
        } catch (SettingException e) {
            report(section, e);
        } catch (IllegalArgumentException e) {
            Origin origin = section.origin();
            problems.error(origin, origin.label("peers"), String.valueOf(e.getMessage()));
        }
    }

    private void report(SectionDraft section, SettingException e) {
        Origin origin = section.originOf(e.setting());
        problems.error(origin, origin.label(section.key(e.setting())), String.valueOf(e.getMessage()));
    }

    /** A pooler whose server is itself opens connections until none is left. */
    private boolean isOwnAddress(DatabaseConfig database) {
        SettingValues settings = draft.settings().values();
        if (database.port() != settings.get(Settings.LISTEN_PORT)) {
            return false;
        }
        List<String> listening = settings.get(Settings.LISTEN_ADDR);
        boolean own = database.hosts().stream().anyMatch(ConfigBuilder::isLoopback)
                && listening.stream().anyMatch(address -> EVERY_ADDRESS.contains(address) || isLoopback(address));
        String directory = settings.get(Settings.UNIX_SOCKET_DIR);
        boolean ownSocket = !directory.isEmpty()
                && (database.hosts().isEmpty() || database.hosts().contains(directory));
        return own || ownSocket;
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
    }

    /** A URL without a password means a server that asks for none; that must not open it to the whole network. */
    private void loginWithoutPassword(SectionDraft settings) {
        if (settings.values().isSet(Settings.AUTH_TYPE)) {
            return;
        }
        Origin origin = Origin.of(UrlStart.VARIABLE);
        if (settings.values().get(Settings.LISTEN_ADDR).stream().allMatch(ConfigBuilder::isLoopback)) {
            settings.set(Settings.AUTH_TYPE, AuthType.TRUST, origin);
            problems.warn(origin, "", "the URL has no password, so clients on this machine log in without one");
        } else {
            problems.error(
                    origin,
                    "",
                    "the URL has no password, and listen_addr is reached from other machines,"
                            + " accepted: a password, or auth_type set to what is wanted");
        }
    }

    /** Their clients are refused: what anybody says for a name cannot be whom the server takes them for. */
    private void anyNeedsAUserOnTheServer(SectionDraft settings, Map<String, DatabaseConfig> databases) {
        if (settings.values().get(Settings.AUTH_TYPE) != AuthType.ANY) {
            return;
        }
        databases.forEach((name, database) -> {
            if (database.forcedUser() == null) {
                SectionDraft section = Objects.requireNonNull(draft.databases().get(name));
                problems.warn(
                        section.origin(),
                        section.key(DatabaseSettings.USER.name()),
                        "missing, and auth_type = any lets nobody in to a database without it");
            }
        });
    }

    /** The kernel gives a cancel request to any of the processes, most likely not to the one that is meant. */
    private void sharedPortNeedsPeers(SectionDraft settings) {
        if (settings.values().get(Settings.SO_REUSEPORT) && settings.values().get(Settings.PEER_ID) == 0) {
            Origin origin = settings.originOf(Settings.SO_REUSEPORT.name());
            problems.warn(
                    origin,
                    origin.label(Settings.SO_REUSEPORT.name()),
                    "without peer_id and [peers] a cancel request that another process of the port gets is lost");
        }
    }

    private void nobodyCanLogIn(SectionDraft settings, Map<String, UserConfig> users) {
        AuthType type = settings.values().get(Settings.AUTH_TYPE);
        boolean anybody = type == AuthType.ANY
                || type == AuthType.LDAP
                || hba.rules().stream().anyMatch(rule -> rule.method() == HbaMethod.LDAP)
                || !settings.values().get(Settings.AUTH_USER).isEmpty()
                || draft.databases().values().stream()
                        .anyMatch(database -> database.values().isSet(DatabaseSettings.AUTH_USER))
                || !storedSecrets.isEmpty()
                || users.values().stream().anyMatch(user -> type == AuthType.TRUST || user.password() != null);
        if (!anybody && !problems.hasErrors()) {
            Origin origin = settings.originOf(Settings.AUTH_TYPE.name());
            problems.warn(
                    origin,
                    origin.label(Settings.AUTH_TYPE.name()),
                    type.text() + " needs users, and neither auth_file nor [users.NAME] has one: nobody can log in");
        }
    }
}
