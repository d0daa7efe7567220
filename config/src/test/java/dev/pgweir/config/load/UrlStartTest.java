package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.PoolSettings;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.value.AuthType;
import dev.pgweir.config.value.HostBalancing;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.Secret;
import dev.pgweir.config.value.SslMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UrlStartTest {

    private static final String PRISMA = "postgresql://app:hunter2@db:5433/shop?schema=public&sslmode=prefer"
            + "&connection_limit=20&pool_timeout=20&connect_timeout=10&socket_timeout=30&pgbouncer=true"
            + "&statement_cache_size=0&prepared_statements=false&application_name=api&options=-c%20a%3Db";

    @Test
    void urlOfPrismaIsAConfiguration() {
        ProxyConfig config = Loading.config(Map.of("DATABASE_URL", PRISMA));

        assertThat(config.pool().poolMode()).isEqualTo(PoolMode.TRANSACTION);
        assertThat(config.pool().defaultPoolSize()).isEqualTo(20);
        assertThat(config.limits().maxClientConn()).isEqualTo(1000);
        assertThat(config.timeouts().queryWaitTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.timeouts().serverConnectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.timeouts().queryTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.tls().server().sslMode()).isEqualTo(SslMode.PREFER);
        assertThat(config.auth().authType()).isEqualTo(AuthType.SCRAM_SHA_256);
        assertThat(config.admin().statsUsers()).containsExactly("app");
        assertThat(config.listen().listenAddr()).containsExactly("127.0.0.1");
        assertThat(config.listen().listenPort()).isEqualTo(6432);
    }

    @Test
    void userOfTheUrlLogsInAndReachesTheServerWithTheSamePassword() {
        ProxyConfig config = Loading.config(Map.of("DATABASE_URL", PRISMA));

        PoolSettings pool = config.poolSettings("shop", "app");

        assertThat(config.secretOf("app")).contains(Secret.of("hunter2"));
        assertThat(pool.target()).satisfies(target -> {
            assertThat(target.host()).isEqualTo("db");
            assertThat(target.port()).isEqualTo(5433);
            assertThat(target.dbname()).isEqualTo("shop");
            assertThat(target.user()).isEqualTo("app");
            assertThat(target.userForced()).isFalse();
            assertThat(target.password()).isEqualTo(Secret.of("hunter2"));
            assertThat(target.startupParameters()).isEqualTo(Map.of("application_name", "api", "options", "-c a=b"));
        });
    }

    @Test
    void otherDatabasesOfTheServerAreReachedByTheirOwnNames() {
        ProxyConfig config = Loading.config(Map.of("DATABASE_URL", PRISMA));

        assertThat(config.poolSettings("other", "app").target().dbname()).isEqualTo("other");
        assertThat(config.poolSettings("other", "app").target().port()).isEqualTo(5433);
    }

    @Test
    void hintsForTheClientAreNotedAndUnknownParametersWarnedAbout() {
        LoadResult result = ConfigLoader.load(
                null, Map.of("DATABASE_URL", "postgresql://app:pw@db/app?pgbouncer=true&colour=blue&sslcert=x"));

        assertThat(result.errors()).isEmpty();
        assertThat(result.warnings())
                .extracting(Problem::severity, Problem::toString)
                .containsExactly(
                        tuple(
                                Problem.Severity.NOTE,
                                "DATABASE_URL: pgbouncer: is for the client, which goes on using it"),
                        tuple(Problem.Severity.WARNING, "DATABASE_URL: colour: unknown parameter, has no effect"),
                        tuple(Problem.Severity.WARNING, "DATABASE_URL: sslcert: unknown parameter, has no effect"));
    }

    @ParameterizedTest
    @CsvSource({
        "sslmode=verify-full, VERIFY_FULL",
        "ssl=true, REQUIRE",
        "ssl=true&sslmode=disable, DISABLE",
        "connect_timeout=3, PREFER"
    })
    void urlSaysHowServersAreReachedByTls(String parameters, SslMode mode) {
        LoadResult result = ConfigLoader.load(null, Map.of("DATABASE_URL", "postgresql://u:p@db/d?" + parameters));

        assertThat(Loading.texts(result.errors())).isEmpty();
        assertThat(Objects.requireNonNull(result.config()).tls().server().sslMode())
                .isEqualTo(mode);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgresql://u:p@db/d?sslmode=no-verify | DATABASE_URL: sslmode: \"no-verify\" is not one of the"
                        + " choices, accepted: disable, allow, prefer, require, verify-ca, verify-full",
                "postgresql://u:p@db/d?sslnegotiation=yes | DATABASE_URL: sslnegotiation: \"yes\" is not one of the"
                        + " choices, accepted: postgres, direct",
                "postgresql://u:p@db/d?channel_binding=1 | DATABASE_URL: channel_binding: \"1\" is not one of the"
                        + " choices, accepted: disable, prefer, require",
                "postgresql://u:p@db/d?gssencmode=require | DATABASE_URL: gssencmode: \"require\" is refused because"
                        + " PgWeir does not encrypt by GSSAPI, accepted: leave it out",
                "postgresql://u:p@db/d?connection_limit=0 | DATABASE_URL: connection_limit: a limit of 0 leaves no"
                        + " connection, accepted: at least 1",
                "postgresql://u:p@db/d?connection_limit=x | DATABASE_URL: connection_limit: \"x\" is not a whole"
                        + " number, accepted: 0 to 2147483647",
                "postgresql://u:p@db/d?pool_timeout=x | DATABASE_URL: pool_timeout: \"x\" is not a length of time,"
                        + " accepted: seconds (0.5), or 15s, 500ms, 2min, 1h",
                "postgresql://db/d | DATABASE_URL: the user is missing,"
                        + " accepted: postgresql://user:password@host:port/dbname",
                "postgresql://u:p@db/pgweir | DATABASE_URL: pgweir is the name of the console,"
                        + " accepted: any other name",
                "mysql://u:p@db/d | DATABASE_URL: not a connection URL,"
                        + " accepted: postgresql://user:password@host:port/dbname"
            })
    void refusesWhatItCannotDo(String url, String message) {
        assertThat(Loading.texts(
                        ConfigLoader.load(null, Map.of("DATABASE_URL", url)).errors()))
                .containsExactly(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"app.example.com/app", "postgresql://u:p#q@db/d", "postgresql://db/d"})
    void saysNothingAboutThePasswordOfAUrlThatCannotBeRead(String url) {
        LoadResult result = ConfigLoader.load(null, Map.of("DATABASE_URL", url));

        assertThat(result.errors()).hasSize(1);
        assertThat(result.warnings()).isEmpty();
    }

    @Test
    void refusesToStandInFrontOfItself() {
        Map<String, String> itself = Map.of("DATABASE_URL", "postgresql://u:p@localhost:6432/d");

        assertThat(Loading.texts(ConfigLoader.load(null, itself).errors()))
                .containsExactly("DATABASE_URL: this is the address PgWeir itself listens on,"
                        + " accepted: the PostgreSQL server's");
    }

    @Test
    void timeoutOfZeroWaitsForEver() {
        ProxyConfig config = Loading.config(Map.of("DATABASE_URL", "postgresql://u:p@db/d?pool_timeout=0"));

        assertThat(config.timeouts().queryWaitTimeout()).isZero();
    }

    @Test
    void databaseIsNamedAfterTheUserWhereTheUrlHasNone() {
        ProxyConfig config = Loading.config(Map.of("DATABASE_URL", "postgresql://u:p@db"));

        assertThat(config.databases()).containsOnlyKeys("u", "*");
    }

    @Test
    void withoutAPasswordClientsOfThisMachineNeedNone() {
        LoadResult result = ConfigLoader.load(null, Map.of("DATABASE_URL", "postgresql://u@db/d"));

        assertThat(Objects.requireNonNull(result.config()).auth().authType()).isEqualTo(AuthType.TRUST);
        assertThat(Loading.texts(result.warnings()))
                .containsExactly(
                        "DATABASE_URL: the URL has no password," + " so clients on this machine log in without one");
    }

    @Test
    void withoutAPasswordOtherMachinesAreNotLetInUnasked() {
        Map<String, String> open = Map.of("DATABASE_URL", "postgresql://u@db/d", "PGWEIR_LISTEN_ADDR", "*");

        assertThat(Loading.texts(ConfigLoader.load(null, open).errors()))
                .containsExactly("DATABASE_URL: the URL has no password, and listen_addr is reached from other"
                        + " machines, accepted: a password, or auth_type set to what is wanted");
    }

    @Test
    void withoutAPasswordWhoeverAsksForTrustGetsIt() {
        ProxyConfig config = Loading.config(
                Map.of("DATABASE_URL", "postgresql://u@db/d", "PGWEIR_LISTEN_ADDR", "*", "PGWEIR_AUTH_TYPE", "trust"));

        assertThat(config.auth().authType()).isEqualTo(AuthType.TRUST);
    }

    @ParameterizedTest
    @CsvSource({"'', DISABLE", "?load_balance_hosts=disable, DISABLE", "?load_balance_hosts=random, ROUND_ROBIN"})
    void severalHostsAreTriedInTheOrderOfTheUrl(String parameter, HostBalancing balancing) {
        ProxyConfig config =
                Loading.config(Map.of("DATABASE_URL", "postgresql://app:secret@h1:5433,h2:5433/shop" + parameter));

        for (String name : List.of("shop", "other")) {
            DatabaseConfig database = config.database(name).orElseThrow();
            assertThat(database.hosts()).containsExactly("h1", "h2");
            assertThat(database.port()).isEqualTo(5433);
            assertThat(database.hostBalancing()).isEqualTo(balancing);
        }
    }
}
