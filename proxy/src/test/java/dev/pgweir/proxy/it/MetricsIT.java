package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.metrics.Family;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Prometheus gets to see of a PgWeir at work. */
@ExtendWith(RealPostgres.class)
final class MetricsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (pgweir_\\w+) (\\w+)$");

    @Test
    void showsWhatClientsAndServersDo(TestDatabase database) throws IOException, SQLException {
        try (Fronted weir = Fronted.start(
                database,
                Http.SETTING,
                "max_server_connections = 2",
                "max_db_connections = 4",
                "max_user_connections = 4",
                "max_db_client_connections = 50",
                "max_user_client_connections = 40")) {
            Http http = Http.of(weir.process());
            String user = database.user();
            try (WireClient holder = weir.login();
                    WireClient waiter = weir.login();
                    WireClient stranger = weir.connect()) {
                holder.query("SELECT nonsense");
                holder.query("BEGIN");
                waiter.send(query("SELECT 1"));
                assertThatThrownBy(() -> stranger.login(database.user(), "nowhere", database.password()))
                        .hasMessageContaining("3D000");

                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(value(http, "clients", "database", "app", "state", "waiting", "user", user))
                            .isOne();
                    assertThat(value(http, "clients_idle_in_transaction", "database", "app", "user", user))
                            .isOne();
                });
                assertThat(value(http, "ready")).isOne();
                assertThat(value(http, "clients", "database", "app", "state", "active", "user", user))
                        .isOne();
                assertThat(value(http, "servers", "database", "app", "state", "active", "user", user))
                        .isOne();
                assertThat(value(http, "server_errors_total", "class", "42", "database", "app", "user", user))
                        .isOne();
                assertThat(value(http, "client_disconnects_total", "reason", "client_login_failed"))
                        .isOne();
                assertThat(value(http, "pooler_errors_total", "class", "3D")).isOne();
                assertThat(limitUsed(http, "app", "", "pool_size", user)).isOne();
                assertThat(limitUsed(http, "", database.host() + ":" + database.port(), "max_server_connections", ""))
                        .isEqualTo(0.5);
                assertThat(value(http, "pool_max_wait_seconds", "database", "app", "user", user))
                        .isPositive();
                assertThat(value(http, "server_connect_duration_seconds_count", "database", "app", "user", user))
                        .isOne();
                assertThat(http.get("/metrics").body()).contains("jvm_memory_used_bytes{");

                holder.query("COMMIT");
                assertThat(waiter.read().type()).isEqualTo('T');
            }
            prepare(weir, database);
            try (WireClient client = weir.login()) {
                client.query("SELECT pg_terminate_backend(pg_backend_pid())");
            }
            String[] pool = {"database", "app", "user", user};
            assertThat(value(http, "transactions_total", pool))
                    .isEqualTo(value(http, "transaction_duration_seconds_count", pool))
                    .isGreaterThan(3);
            assertThat(value(http, "queries_total", pool)).isEqualTo(value(http, "query_duration_seconds_count", pool));
            assertThat(value(http, "wait_duration_seconds_count", pool)).isGreaterThanOrEqualTo(1);
            assertThat(value(http, "buffer_memory_bytes", "kind", "direct")).isPositive();
            assertThat(value(
                            http,
                            "server_disconnects_total",
                            "database",
                            "app",
                            "reason",
                            "server_crashed",
                            "user",
                            user))
                    .isOne();
            assertThat(exported(http.get("/metrics").body())).isEqualTo(documented());
            // Prometheus' own tool looks at it after the build.
            Files.writeString(
                    Files.createDirectories(Path.of("target")).resolve("metrics.txt"),
                    http.get("/metrics").body());
            assertThat(askedOfTheJvm())
                    .isNotEmpty()
                    .allSatisfy(
                            metric -> assertThat(http.get("/metrics").body()).contains("\n# TYPE " + metric + " "));
            assertThat(http.get("/metrics").headers().firstValue("content-type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        }
    }

    /** Whoever makes up names must neither make the page long nor take the limits of real pools off it. */
    @Test
    void limitsAreToldOfThePoolsThatHaveSeriesOfTheirOwn(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(
                database,
                Http.SETTING,
                "max_db_connections = 4",
                "max_db_client_connections = 50",
                "login_failure_delay = 0",
                "log_connections = 0",
                """
                [databases."*"]
                host = "%s"
                port = %d
                """.formatted(database.host(), database.port()))) {
            Http http = Http.of(weir.process());
            String endless = "x".repeat(64);
            refused(weir, database, endless + "0");
            refused(weir, database, endless + "1");
            for (int i = 0; i < 100; i++) {
                refused(weir, database, "nowhere" + i);
            }

            String page = http.get("/metrics").body();

            Set<String> own = databases(page, "pgweir_clients");
            assertThat(own).hasSize(101).contains("nowhere99", "other");
            own.remove("other");
            assertThat(databases(page, "pgweir_limit_used_ratio")).isEqualTo(own);
            assertThat(page).doesNotContain(endless);
        }
    }

    private static void refused(Fronted weir, TestDatabase database, String name) throws IOException {
        try (WireClient client = weir.connect()) {
            assertThatThrownBy(() -> client.login(database.user(), name, database.password()))
                    .hasMessageContaining("3D000");
        }
    }

    /** Which databases the series of a metric name. */
    private static Set<String> databases(String page, String metric) {
        return Pattern.compile("(?m)^" + metric + "\\{(?:.*,)?database=\"([^\"]+)\"")
                .matcher(page)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void prepare(Fronted weir, TestDatabase database) throws SQLException {
        String url = weir.process().jdbcUrl(Fronted.NAME) + "?prepareThreshold=1";
        try (Connection connection = DriverManager.getConnection(url, database.user(), database.password());
                PreparedStatement statement = connection.prepareStatement("SELECT ?::int")) {
            for (int i = 0; i < 3; i++) {
                statement.setInt(1, i);
                statement.executeQuery().close();
            }
        }
    }

    private static double limitUsed(Http http, String database, String server, String setting, String user) {
        return value(
                http, "limit_used_ratio", "database", database, "server", server, "setting", setting, "user", user);
    }

    /** The value of one series; its labels in the order of the alphabet, in which they are written. */
    private static double value(Http http, String metric, String... labels) {
        HttpResponse<String> response = http.get("/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        StringBuilder series = new StringBuilder("pgweir_" + metric);
        for (int i = 0; i < labels.length; i += 2) {
            series.append(i == 0 ? '{' : ',')
                    .append(labels[i])
                    .append("=\"")
                    .append(labels[i + 1])
                    .append('"');
        }
        series.append(labels.length == 0 ? "" : "}");
        return Pattern.compile("(?m)^" + Pattern.quote(series.toString()) + " (\\S+)$")
                .matcher(response.body())
                .results()
                .map(match -> match.group(1))
                .mapToDouble(Double::parseDouble)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + series + " in:\n" + response.body()));
    }

    private static Set<String> exported(String text) {
        return TYPE.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1) + " " + match.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What the dashboard shows besides PgWeir's own metrics. */
    private static Set<String> askedOfTheJvm() throws IOException {
        Path above = Path.of("../docker/grafana/dashboards/pgweir.json");
        String dashboard =
                Files.readString(Files.exists(above) ? above : Path.of("docker/grafana/dashboards/pgweir.json"));
        return Pattern.compile("\\b((?:jvm|process|system)_\\w+)\\{")
                .matcher(dashboard)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> documented() {
        return Arrays.stream(Family.values())
                // There is none without TLS.
                .filter(family -> family != Family.TLS_CERTIFICATE_EXPIRY_TIMESTAMP_SECONDS)
                .map(family -> family.metric() + " " + family.type().name().toLowerCase(java.util.Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
