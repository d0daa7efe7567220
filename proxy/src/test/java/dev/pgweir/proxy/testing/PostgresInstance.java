package dev.pgweir.proxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server of one's own on the loopback, with settings, pg_hba lines and a life at the caller's command:
 * for tests that restart, kill or limit it. Others share one through {@link RealPostgres}. It ends with this JVM, keeps
 * nothing on disk afterwards, and is used by one thread at a time, except for the connections it gives.
 */
public final class PostgresInstance implements AutoCloseable {

    /** The superuser; it may log in with or without a password, whatever else pg_hba says. */
    public static final String SUPERUSER = "postgres";

    /** {@link #SUPERUSER}'s password. */
    public static final String SUPERUSER_PASSWORD = "postgres";

    /**
     * Connections of the test itself carry this application_name, so that {@link ConnectionCounter} can leave them out.
     */
    public static final String CONTROL = "pgweir-test-control";

    /** A first boot from a cold disk on a busy machine has taken 7 s. */
    private static final Duration BOOT = Duration.ofSeconds(60);

    private static final String READY = "database system is ready to accept connections";

    private final PostgresBinaries binaries;
    private final UnprivilegedUser user;
    private final Path base;
    private final Path data;
    private final Map<String, String> settings;
    private final String authentication;
    private final int port;
    private @Nullable ChildProcess server;

    private PostgresInstance(Builder builder) throws IOException {
        this.binaries = PostgresBinaries.ofMajor(builder.major);
        this.user = UnprivilegedUser.detect();
        this.base = Files.createTempDirectory("pgweir-data");
        this.data = base.resolve("data");
        this.settings = new LinkedHashMap<>(builder.settings);
        this.authentication = builder.authentication;
        this.port = freePort();
        settings.put("port", Integer.toString(port));
        user.own(base);
        for (Map.Entry<String, String> file : builder.files.entrySet()) {
            Path path = Files.writeString(base.resolve(file.getKey()), file.getValue());
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            user.own(path);
        }
    }

    /** A server of the newest major that the tests know, trusting everybody, unless the builder is told otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /** Always the loopback. */
    public String host() {
        return "127.0.0.1";
    }

    /** The same over all restarts. */
    public int port() {
        return port;
    }

    /** URL for pgjdbc. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host() + ":" + port + "/" + database;
    }

    /** URL as libpq, Prisma and PgWeir's DATABASE_URL read it. The texts must need no escaping. */
    public String url(String database, String role, String password) {
        return "postgresql://" + role + ":" + password + "@" + host() + ":" + port + "/" + database;
    }

    /** A connection of the superuser, left out by {@link ConnectionCounter}. */
    public Connection connect(String database) throws SQLException {
        return connect(jdbcUrl(database), SUPERUSER, SUPERUSER_PASSWORD, CONTROL);
    }

    static Connection connect(String url, String role, String password, String applicationName) throws SQLException {
        // Not DriverManager: it knows the drivers of the class loader that asked it first.
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setApplicationName(applicationName);
        // Then the name is in the startup packet; else it comes by SET, and the connection is counted until it has it.
        source.setAssumeMinServerVersion("9.0");
        return source.getConnection(role, password);
    }

    /** Runs statements as the superuser in database {@code postgres}, each in a transaction of its own. */
    public void execute(String... statements) {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A role that may log in; the password is stored as SCRAM secret. */
    public void createRole(String name, String password) {
        execute("CREATE ROLE \"" + name + "\" LOGIN PASSWORD '" + password.replace("'", "''") + "'");
    }

    public void createDatabase(String name, String owner) {
        execute("CREATE DATABASE \"" + name + "\" OWNER \"" + owner + "\"");
    }

    /** Writes pg_hba.conf anew: these lines first, then the last ones of {@link Builder#auth}. Takes effect at once. */
    public void hba(String... lines) {
        writeHba(List.of(lines));
        execute("SELECT pg_reload_conf()");
    }

    /** Starts the server after {@link #stop} or {@link #kill}; returns when it takes connections. */
    public void start() {
        if (isRunning()) {
            throw new IllegalStateException("runs already");
        }
        List<String> command = new ArrayList<>(List.of(binaries.program("postgres"), "-D", data.toString()));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        server = ChildProcess.start("PostgreSQL", user.prefix(), command, Map.of("LC_ALL", "C"), base);
        server.awaitLine(READY, BOOT);
    }

    /** Fast shutdown: sessions are ended with FATAL 57P01, then it checkpoints. Returns when the server is gone. */
    public void stop() {
        end("INT");
    }

    /** Immediate shutdown: sessions get a WARNING 57P02 and a closed socket; recovery follows at the next start. */
    public void stopImmediately() {
        end("QUIT");
    }

    /** Kills the postmaster and every backend by SIGKILL: clients see a bare end of the connection. */
    public void kill() {
        ChildProcess process = running();
        process.release();
        process.kill();
        server = null;
    }

    /** {@link #stop} and {@link #start}, on the same port. */
    public void restart() {
        stop();
        start();
    }

    /** Sets a configuration parameter from the next start on. */
    public void set(String name, String value) {
        settings.put(name, value);
    }

    public boolean isRunning() {
        return server != null && server.isAlive();
    }

    /** The server's log since its last start. */
    public List<String> log() {
        return running().lines();
    }

    /** Stops at once and removes the data. */
    @Override
    public void close() {
        if (isRunning()) {
            stopImmediately();
        }
        Directories.remove(base);
    }

    private void end(String signal) {
        ChildProcess process = running();
        process.release();
        // Not the process itself: where su became the user, the postmaster is its child.
        ChildProcess.signal(signal, postmaster());
        process.awaitExit(BOOT);
        server = null;
    }

    private ChildProcess running() {
        if (server == null) {
            throw new IllegalStateException("does not run");
        }
        return server;
    }

    private long postmaster() {
        try {
            return Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void initialize(List<String> hba) throws IOException {
        Path password = base.resolve("password");
        Files.writeString(password, SUPERUSER_PASSWORD);
        user.own(password);
        ChildProcess initdb = ChildProcess.start(
                "initdb",
                user.prefix(),
                List.of(
                        binaries.program("initdb"),
                        "--pgdata=" + data,
                        "--username=" + SUPERUSER,
                        "--pwfile=" + password,
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--no-locale",
                        "--no-sync"),
                Map.of("LC_ALL", "C"),
                null);
        if (initdb.awaitExit(BOOT) != 0) {
            throw initdb.failure("failed");
        }
        writeHba(hba);
    }

    private void writeHba(List<String> first) {
        List<String> lines = new ArrayList<>();
        lines.add("host all " + SUPERUSER + " 127.0.0.1/32 trust");
        lines.addAll(first);
        lines.add("host all all 127.0.0.1/32 " + authentication);
        lines.add("host replication all 127.0.0.1/32 " + authentication);
        try {
            Files.write(data.resolve("pg_hba.conf"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port that was free a moment ago. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a {@link PostgresInstance} starts with. */
    public static final class Builder {

        private final Map<String, String> settings = new LinkedHashMap<>();
        private final List<String> hba = new ArrayList<>();
        private final Map<String, String> files = new LinkedHashMap<>();
        private String authentication = "trust";
        private int major = PostgresVersion.NEWEST;

        private Builder() {
            settings.put("listen_addresses", "127.0.0.1");
            settings.put("unix_socket_directories", "");
            // Nothing here outlives the test, so nothing need survive a power cut.
            settings.put("fsync", "off");
            settings.put("synchronous_commit", "off");
            settings.put("full_page_writes", "off");
            settings.put("shared_buffers", "32MB");
            settings.put("max_connections", "100");
            settings.put("log_line_prefix", "%m [%p] ");
        }

        /** The major version; {@link PostgresVersion#NEWEST} or {@link PostgresVersion#OLD}. */
        public Builder major(int version) {
            this.major = version;
            return this;
        }

        /** A line of postgresql.conf, for instance {@code max_connections}, {@code 22}. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /** A line of pg_hba.conf, before the last ones, which let everybody in from the loopback by {@link #auth}. */
        public Builder hba(String line) {
            hba.add(line);
            return this;
        }

        /** TLS with that key and certificate, and clients' certificates checked against that authority; all PEM. */
        public Builder tls(String key, String certificate, String authority) {
            files.put("server.key", key);
            files.put("server.crt", certificate);
            files.put("root.crt", authority);
            // Relative to the data directory.
            return setting("ssl", "on")
                    .setting("ssl_key_file", "../server.key")
                    .setting("ssl_cert_file", "../server.crt")
                    .setting("ssl_ca_file", "../root.crt");
        }

        /** How everybody but the superuser logs in: trust (the default), password, md5, scram-sha-256, reject. */
        public Builder auth(String method) {
            this.authentication = method;
            return this;
        }

        /** Creates the cluster and starts it. */
        public PostgresInstance start() {
            try {
                PostgresInstance instance = new PostgresInstance(this);
                try {
                    instance.initialize(hba);
                    instance.start();
                    return instance;
                } catch (RuntimeException | IOException e) {
                    instance.close();
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
