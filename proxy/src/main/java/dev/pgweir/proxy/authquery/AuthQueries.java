package dev.pgweir.proxy.authquery;

import dev.pgweir.config.AuthLookup;
import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.PoolSettings;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.proxy.auth.Credential;
import dev.pgweir.proxy.auth.CredentialLookup;
import dev.pgweir.proxy.auth.CredentialLookup.Answer;
import dev.pgweir.proxy.auth.CredentialLookup.Asked;
import dev.pgweir.proxy.auth.SourceNetwork;
import dev.pgweir.proxy.link.DatabasePool;
import dev.pgweir.proxy.link.DatabasePools;
import dev.pgweir.proxy.link.PoolDefinitions;
import dev.pgweir.proxy.log.LimitedLog;
import dev.pgweir.proxy.log.LogSubject;
import dev.pgweir.proxy.pool.PoolKey;
import dev.pgweir.proxy.server.ServerProfile;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks PostgreSQL for secrets. For any thread. */
public final class AuthQueries {
    private static final Logger LOG = LoggerFactory.getLogger(AuthQueries.class);

    /** Where {@code server_connect_timeout} sets no limit: PostgreSQL looks a role up in a millisecond. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The text whose meaning is known, and the same with the time that is left. */
    private static final String USUAL = String.valueOf(Settings.AUTH_QUERY.defaultValue());

    private static final String USUAL_WITH_TIME =
            "SELECT rolname, CASE WHEN rolvaliduntil < pg_catalog.now() THEN NULL ELSE rolpassword END,"
                    + " CASE WHEN pg_catalog.isfinite(rolvaliduntil)"
                    + " THEN EXTRACT(EPOCH FROM rolvaliduntil - pg_catalog.now()) END"
                    + " FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin";

    /**
     * Makes the transaction independent of what the session has become. pg_temp stands last, for it would be first where
     * it is not named.
     */
    private static final String OWN_SETTINGS = "SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE;"
            + " SET LOCAL client_encoding = 'UTF8'; SET LOCAL search_path = ";

    private static final String RESERVED = "reserved auth_dbname";
    private static final String UNCONFIGURED = "auth_dbname that is not configured";
    private static final String NEW_DATABASE = "registered new auto-database: ";

    private final Supplier<ProxyConfig> config;
    private final DatabasePools pools;
    private final IntFunction<EventLoop> loops;
    private final Predicate<String> disabled;
    private final LimitedLog strangers = new LimitedLog(LOG);
    private final AnswerBook book = new AnswerBook(System::nanoTime);

    /**
     * @param loops the event loops by index
     * @param disabled whether the console has switched a database off
     */
    public AuthQueries(
            Supplier<ProxyConfig> config,
            DatabasePools pools,
            IntFunction<EventLoop> loops,
            Predicate<String> disabled) {
        this.config = config;
        this.pools = pools;
        this.loops = loops;
        this.disabled = disabled;
    }

    /** Writes to the log what was left out of it; to be called about once a second. */
    public void sweepLog() {
        strangers.sweep();
    }

    /** Nothing is remembered any more: the configuration was read anew. */
    public void forgetAll() {
        book.clear();
    }

    /**
     * The way to ask for {@code user}.
     *
     * @param client who wants to log in, for log lines
     * @param from where it comes from
     * @param wanted as {@link ProxyConfig#authLookup} has it for {@code database}
     * @param loopIndex a server connection on that loop is preferred
     * @param asking takes the database that is asked, each time
     */
    public CredentialLookup lookup(
            LogSubject client,
            SourceNetwork from,
            AuthLookup wanted,
            String database,
            String user,
            int loopIndex,
            Consumer<String> asking) {
        String where = wanted.database() == null ? database : wanted.database();
        Question question = new Question(
                shared(where), wanted.user(), wanted.query().equals(USUAL) ? USUAL_WITH_TIME : wanted.query(), user);
        return new CredentialLookup() {
            @Override
            public Asked ask(boolean anew) {
                Answer refusal = refusal(client, where);
                if (refusal != null) {
                    return new Done(refusal);
                }
                asking.accept(where);
                return book.ask(question, anew, config.get().auth().queryTtl(), () -> road(question, from, loopIndex));
            }

            @Override
            public void forget() {
                book.forget(question);
            }
        };
    }

    /**
     * All databases that {@code *} stands for are one where its entry says which: one pool asks then, or each name that a
     * stranger invents would open a server connection of its own.
     */
    private String shared(String database) {
        Map<String, DatabaseConfig> databases = config.get().databases();
        DatabaseConfig fallback = databases.get(DatabaseConfig.FALLBACK);
        boolean one = fallback != null
                && !databases.containsKey(database)
                && fallback.values().find(DatabaseSettings.DBNAME) != null;
        return one ? DatabaseConfig.FALLBACK : database;
    }

    private record Done(Answer known) implements Asked {
        @Override
        public CompletableFuture<Answer> answer() {
            return CompletableFuture.completedFuture(known);
        }

        @Override
        public void leave() {
            // Nothing runs.
        }
    }

    /** Why a database cannot be asked, in PgBouncer's words; null if it can. */
    private @Nullable Answer refusal(LogSubject client, String database) {
        ProxyConfig now = config.get();
        if (DatabaseConfig.isConsole(database)) {
            strangers.error(
                    RESERVED, client, "cannot use the reserved \"" + database + "\" database as an auth_dbname");
            return misconfigured(now, "the console's database cannot run auth_query");
        }
        if (now.database(database).isEmpty()) {
            strangers.error(UNCONFIGURED, client, "authentication database \"" + database + "\" is not configured.");
            return misconfigured(now, "there is no such authentication database");
        }
        return disabled.test(database)
                ? new Answer.Failed(
                        "57P03", "authentication database \"" + database + "\" is disabled", "the database is disabled")
                : null;
    }

    private static Answer misconfigured(ProxyConfig now, String detail) {
        return new Answer.Failed(sqlState(now), "bouncer config error", detail);
    }

    /** PgBouncer has one for everything. */
    private static String sqlState(ProxyConfig now) {
        return now.compatible() ? "08P01" : "F0000";
    }

    private AnswerBook.Road road(Question question, SourceNetwork from, int loopIndex) {
        ProxyConfig now = config.get();
        String database = question.database();
        boolean named = now.databases().containsKey(database);
        int poolSize = now.database(database).isEmpty()
                ? 0
                : now.serverSettings(database, question.authUser()).sizes().poolSize();
        return new AnswerBook.Road(
                from,
                new Turns.Lane(named ? database : DatabaseConfig.FALLBACK, question.authUser()),
                // Others may use the pool as well; 0 is a pool without a limit.
                poolSize == 0 ? Turns.AT_ONCE : poolSize / 2,
                () -> flight(question, loopIndex));
    }

    /** How many questions wait for their turn. */
    public int waiting() {
        return book.waiting();
    }

    private @Nullable Flight flight(Question question, int loopIndex) {
        ProxyConfig now = config.get();
        DatabasePool pool = pool(question);
        if (pool == null) {
            return null;
        }
        Duration limit = pool.profile().connectTimeout();
        Flight flight = new Flight(
                question,
                new Flight.Way(
                        pool,
                        // A function without a schema is found where PgBouncer would find it.
                        OWN_SETTINGS + (now.compatible() ? "DEFAULT" : "pg_catalog, pg_temp"),
                        limit.isZero() ? PATIENCE : limit,
                        sqlState(now),
                        !now.compatible() && !now.databases().containsKey(question.database()),
                        now.compatible()),
                loops,
                loopIndex);
        flight.result().whenComplete((result, never) -> pool.pool().letGo());
        return flight;
    }

    /** Held until the flight is over; null if a reload has removed the database this very moment. */
    private @Nullable DatabasePool pool(Question question) {
        return pools.defining(() -> {
            ProxyConfig now = config.get();
            if (now.database(question.database()).isEmpty()) {
                return null;
            }
            if (!now.databases().containsKey(question.database()) && !pools.hasDatabase(question.database())) {
                // Before a password, so anybody's name.
                strangers.info(NEW_DATABASE, NEW_DATABASE + question.database());
            }
            PoolSettings settings = now.serverSettings(question.database(), question.authUser());
            Credential stored = PoolDefinitions.stored(settings.target());
            ServerProfile profile = PoolDefinitions.profile(now, settings, stored);
            DatabasePool pool = pools.pool(
                    now,
                    new PoolKey(question.database(), question.authUser()),
                    () -> PoolDefinitions.spec(
                            now, settings, now.clientSettings(question.database(), question.authUser())),
                    () -> profile);
            if (stored instanceof Credential.Plain || stored instanceof Credential.Md5) {
                // Else a client of that pool may have shown what the configuration does not know.
                pool.profile(profile);
            }
            pool.pool().hold();
            return pool;
        });
    }
}
