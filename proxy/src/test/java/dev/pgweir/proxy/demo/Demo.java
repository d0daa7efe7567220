package dev.pgweir.proxy.demo;

import dev.pgweir.proxy.testing.ConnectionCounter;
import dev.pgweir.proxy.testing.PgWeirProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code mvn -q -Pdemo}: many clients on few connections, to watch and to connect to. Options are system properties
 * ({@link DemoOptions}) and DATABASE_URL. The exit code is 1 if a client saw an error, if money got lost in a
 * transaction, or if PostgreSQL ever counted more connections than allowed.
 */
public final class Demo {

    /** PgWeir's clients are gone by then; what still runs is somebody's console. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** Application name of what the demo does beside its load. It goes through PgWeir like the rest. */
    private static final String OWN = "pgweir-demo-setup";

    private final DemoOptions options;
    private final Report report = new Report(System.out);
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private Demo(DemoOptions options) {
        this.options = options;
    }

    /** Runs until the seconds are over or the JVM is told to end, and cleans up in both cases. */
    public static void main(String[] arguments) throws InterruptedException {
        int code;
        try {
            Map<String, String> properties = System.getProperties().stringPropertyNames().stream()
                    .collect(Collectors.toMap(name -> name, System::getProperty));
            code = new Demo(DemoOptions.read(properties, System.getenv())).run();
        } catch (DemoException e) {
            System.err.println("demo: " + e.getMessage());
            code = 1;
        } catch (SQLException | IllegalStateException e) {
            System.err.println("demo: it does not work: " + e.getMessage());
            code = 1;
        }
        if (code != 0) {
            System.exit(code);
        }
    }

    private int run() throws InterruptedException, SQLException {
        requireFreePort();
        Thread hook = new Thread(this::endInOrder, "end of the demo");
        Runtime.getRuntime().addShutdownHook(hook);
        try (Backend backend = backend()) {
            report.say(backend.describe());
            PgWeirProcess proxy = proxy(backend);
            try {
                return watch(backend, proxy);
            } finally {
                proxy.stop(GRACE);
            }
        } finally {
            ended.countDown();
            removeHook(hook);
        }
    }

    /** Ctrl-C: the JVM waits for this thread, this thread for the other one to finish in order. */
    private void endInOrder() {
        stop.countDown();
        try {
            ended.await(15, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending, by this very hook.
            return;
        }
    }

    private void requireFreePort() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()));
        } catch (IOException e) {
            throw new DemoException(
                    "port " + options.port() + " of 127.0.0.1 is taken; another one is chosen by -Dport="
                            + (options.port() == 6432 ? 6433 : 6432));
        }
    }

    private Backend backend() {
        String url = options.databaseUrl();
        if (url != null) {
            return Backend.at(url);
        }
        report.say("Starting PostgreSQL …");
        return Backend.embedded();
    }

    private PgWeirProcess proxy(Backend backend) {
        String url = options.databaseUrl();
        PgWeirProcess.Builder builder = PgWeirProcess.builder()
                .port(options.port())
                .environment(
                        "DATABASE_URL",
                        url == null ? backend.url().text(backend.url().database(), true) : url)
                .environment("PGWEIR_MAX_CLIENT_CONN", Integer.toString(Math.max(1_000, options.clients() + 100)))
                .environment("PGWEIR_LOG_CONNECTIONS", "0")
                .environment("PGWEIR_LOG_DISCONNECTIONS", "0");
        backend.cap().ifPresent(cap -> builder.environment("PGWEIR_MAX_SERVER_CONNECTIONS", Integer.toString(cap)));
        // What the user sets wins.
        System.getenv().forEach((name, value) -> {
            if (name.startsWith("PGWEIR_") && !name.equals("PGWEIR_LISTEN_PORT")) {
                builder.environment(name, value);
            }
        });
        return builder.start();
    }

    private int watch(Backend backend, PgWeirProcess proxy) throws InterruptedException, SQLException {
        ServerUrl through = backend.url().at(proxy.host(), proxy.port());
        report.say("PgWeir listens on " + through.host() + ":" + through.port() + " in front of it"
                + (backend.cap().isPresent()
                        ? " and opens at most " + backend.cap().getAsInt() + " connections to it."
                        : "."));
        report.say("");
        report.say("  connect:  psql " + through.text(through.database(), backend.embeddedHere()));
        report.say("  console:  psql " + through.text(Console.DATABASE, backend.embeddedHere()) + " -c 'SHOW POOLS'");
        report.say("  stop:     Ctrl-C");
        report.say("");
        try (Console console = new Console(through);
                ConnectionCounter counter = backend.count()) {
            return options.load()
                    ? load(backend.cap(), proxy, through, console, counter)
                    : idle(proxy, console, counter);
        }
    }

    /** Nothing but PgWeir, for clients of the user's own. */
    private int idle(PgWeirProcess proxy, Console console, ConnectionCounter counter) throws InterruptedException {
        for (int second = 1; !over(second - 1); second++) {
            requireAlive(proxy);
            report.quiet(console.figures(), counter.current());
        }
        return 0;
    }

    private int load(
            OptionalInt cap, PgWeirProcess proxy, ServerUrl through, Console console, ConnectionCounter counter)
            throws InterruptedException, SQLException {
        Bank bank = new Bank();
        try (Connection connection = through.connect(OWN)) {
            bank.create(connection);
        }
        try {
            report.say(options.clients() + " clients connect and run transactions:");
            Load load = new Load(through, bank, options.clients());
            load.start();
            for (int second = 1; !over(second - 1); second++) {
                requireAlive(proxy);
                report.second(second, load.connected(), console.figures(), counter.current(), load.latencies());
            }
            load.stop();
            return summarize(cap, load, counter.max(), sum(through, bank));
        } finally {
            try (Connection connection = through.connect(OWN)) {
                bank.drop(connection);
            }
        }
    }

    /** Waits a second; true if it is time to end. */
    private boolean over(int seconds) throws InterruptedException {
        boolean last = options.seconds() > 0 && seconds >= options.seconds();
        return last || stop.await(1, TimeUnit.SECONDS);
    }

    private static void requireAlive(PgWeirProcess proxy) {
        if (!proxy.isAlive()) {
            throw new DemoException("PgWeir has ended:\n" + String.join("\n", proxy.lines()));
        }
    }

    private static long sum(ServerUrl through, Bank bank) throws SQLException {
        try (Connection connection = through.connect(OWN)) {
            return bank.sum(connection);
        }
    }

    private int summarize(OptionalInt cap, Load load, int most, long sum) {
        report.say("");
        report.say(options.clients() + " clients, " + report.transactions() + " transactions, " + report.latencies());
        report.say("PostgreSQL never counted more than " + most + " connections"
                + (cap.isPresent() ? "; " + cap.getAsInt() + " were allowed." : "."));
        boolean tooMany = cap.isPresent() && most > cap.getAsInt();
        boolean lost = sum != 0;
        int errors = load.errors();
        @Nullable String firstError = load.firstError();
        if (tooMany) {
            report.say("That is too many.");
        }
        if (lost) {
            report.say("The balances add up to " + sum + " instead of 0: a transaction was not whole.");
        }
        report.say(errors == 0 ? "No client saw an error." : errors + " errors, the first: " + firstError);
        return tooMany || lost || errors > 0 ? 1 : 0;
    }
}
