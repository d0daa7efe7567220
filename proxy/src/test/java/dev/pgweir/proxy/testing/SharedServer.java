package dev.pgweir.proxy.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A server that test classes share, and a login that may create databases and roles there.
 *
 * @param database to connect to for that
 * @param stopper ends the server, or null if it is not ours to end
 */
record SharedServer(
        String host,
        int port,
        String user,
        String password,
        String database,
        @Nullable Runnable stopper) implements AutoCloseable {

    private static final String URL_VARIABLE = "PGWEIR_TEST_POSTGRES_URL";

    static SharedServer start(int major) {
        String url = System.getenv(URL_VARIABLE);
        if (url != null && !url.isEmpty() && major == PostgresVersion.NEWEST) {
            return of(URI.create(url));
        }
        if (dockerAnswers()) {
            return container(major);
        }
        PostgresInstance instance = PostgresInstance.builder()
                .major(major)
                .setting("max_connections", "200")
                .start();
        return new SharedServer(
                instance.host(),
                instance.port(),
                PostgresInstance.SUPERUSER,
                PostgresInstance.SUPERUSER_PASSWORD,
                "postgres",
                instance::close);
    }

    private static boolean dockerAnswers() {
        // No engine is an ordinary answer here, not an error to report.
        for (String library : List.of("org.testcontainers", "com.github.dockerjava", "tc")) {
            ((Logger) LoggerFactory.getLogger(library)).setLevel(Level.OFF);
        }
        return DockerClientFactory.instance().isDockerAvailable();
    }

    private static SharedServer of(URI url) {
        if (url.getUserInfo() == null || url.getHost() == null) {
            throw new IllegalArgumentException(URL_VARIABLE + " must be postgresql://user:password@host:port/database");
        }
        String[] login = url.getUserInfo().split(":", 2);
        return new SharedServer(
                url.getHost(),
                url.getPort() < 0 ? 5432 : url.getPort(),
                login[0],
                login.length == 1 ? "" : login[1],
                url.getPath().replaceFirst("^/", ""),
                null);
    }

    private static SharedServer container(int major) {
        PostgreSQLContainer container = new PostgreSQLContainer("postgres:" + major)
                .withUsername(PostgresInstance.SUPERUSER)
                .withPassword(PostgresInstance.SUPERUSER_PASSWORD)
                .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=200");
        container.start();
        return new SharedServer(
                container.getHost(),
                container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                PostgresInstance.SUPERUSER,
                PostgresInstance.SUPERUSER_PASSWORD,
                "postgres",
                container::stop);
    }

    @Override
    public void close() {
        if (stopper != null) {
            stopper.run();
        }
    }
}
