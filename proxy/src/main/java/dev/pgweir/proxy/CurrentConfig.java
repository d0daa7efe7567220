package dev.pgweir.proxy;

import dev.pgweir.config.ConfigDiff;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.load.Problem;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.proxy.net.ServiceManager;
import dev.pgweir.proxy.tls.TlsException;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force, and its change. Reading it is for any thread. Changes are made one after the other on a thread
 * of their own, because they read files: all of a change or, where anything is wrong with it, nothing.
 */
final class CurrentConfig implements Supplier<ProxyConfig>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CurrentConfig.class);

    private final Function<ProxyConfig, LoadResult> reader;
    private final ServiceManager serviceManager;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(new DefaultThreadFactory("pgweir-reload", true));
    private volatile ProxyConfig current;
    /** Set before the first change can come. */
    private volatile Preparation preparation = next -> () -> {};

    /** Set before the first change can come. */
    private volatile BiConsumer<ProxyConfig, ProxyConfig> listener = (before, after) -> {};

    /**
     * @param reader reads the configuration anew, given the one in force
     * @param serviceManager is told of each reload
     */
    CurrentConfig(ProxyConfig initial, Function<ProxyConfig, LoadResult> reader, ServiceManager serviceManager) {
        this.current = initial;
        this.reader = reader;
        this.serviceManager = serviceManager;
    }

    /** Who puts a new configuration in force, after {@link #get} has it. */
    void onChange(BiConsumer<ProxyConfig, ProxyConfig> puts) {
        listener = puts;
    }

    /** What may refuse a configuration that is fine in itself, and is put in force together with it. */
    interface Preparation {
        /** Reads what the configuration names; what is returned puts it in force. */
        Runnable prepare(ProxyConfig next) throws TlsException;
    }

    /** Who is asked before a new configuration is put in force. */
    void preparedBy(Preparation first) {
        preparation = first;
    }

    @Override
    public ProxyConfig get() {
        return current;
    }

    /** Reads the configuration anew and puts it in force. */
    CompletableFuture<ReloadResult> reload() {
        return CompletableFuture.supplyAsync(this::read, thread).whenComplete(CurrentConfig::logFault);
    }

    /** Puts a changed configuration in force, without reading anything. */
    CompletableFuture<ReloadResult> change(UnaryOperator<ProxyConfig> how) {
        return CompletableFuture.supplyAsync(() -> apply(how), thread).whenComplete(CurrentConfig::logFault);
    }

    /** A signal waits for no result, so without this nobody would ever know. */
    private static void logFault(@Nullable ReloadResult result, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.error("a change of the configuration failed: a fault of PgWeir", failure);
        }
    }

    private ReloadResult read() {
        serviceManager.reloading();
        try {
            LoadResult loaded = reader.apply(current);
            loaded.warnings().forEach(CurrentConfig::log);
            ProxyConfig next = loaded.config();
            return next == null ? refuse(loaded.errors()) : apply(before -> next);
        } finally {
            serviceManager.ready();
        }
    }

    private ReloadResult apply(UnaryOperator<ProxyConfig> how) {
        ProxyConfig before = current;
        ProxyConfig after;
        List<String> warnings = new ArrayList<>();
        try {
            ProxyConfig asked = how.apply(before);
            for (ConfigDiff.Change change : ConfigDiff.between(before, asked).needingRestart()) {
                warnings.add(change.key() + " cannot be changed without a restart: it stays \"" + change.before()
                        + "\" instead of \"" + change.after() + "\"");
            }
            after = ConfigDiff.keepingWhatNeedsARestart(before, asked);
        } catch (SettingException e) {
            return refuse(List.of(problem(e.setting(), String.valueOf(e.getMessage()))));
        }
        Runnable prepared;
        try {
            prepared = preparation.prepare(after);
            // The last that may refuse, because it is in force when it has not.
            ConfiguredLog.apply(after.log(), after.eventLog().format());
        } catch (TlsException e) {
            // PgBouncer's words come first in the line.
            return refuse(List.of(new Problem(
                    Problem.Severity.ERROR, "TLS setup failed", e.setting(), String.valueOf(e.getMessage()))));
        } catch (SettingException e) {
            return refuse(List.of(problem(e.setting(), String.valueOf(e.getMessage()))));
        }
        warnings.forEach(LOG::warn);
        prepared.run();
        current = after;
        listener.accept(before, after);
        List<ConfigDiff.Change> changes = ConfigDiff.between(before, after).changes();
        changes.forEach(change -> LOG.info("{}", change));
        LOG.info("configuration reloaded, {}", count(changes.size(), "change"));
        return new ReloadResult(List.of(), warnings);
    }

    private static ReloadResult refuse(List<Problem> errors) {
        errors.forEach(CurrentConfig::log);
        LOG.error("configuration not reloaded, nothing was changed: {}", count(errors.size(), "error"));
        return ReloadResult.failed(errors);
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static Problem problem(String setting, String what) {
        return new Problem(Problem.Severity.ERROR, "configuration", setting, what);
    }

    private static void log(Problem problem) {
        switch (problem.severity()) {
            case ERROR -> LOG.error("{}", problem);
            case WARNING -> LOG.warn("{}", problem);
            case NOTE -> LOG.info("{}", problem);
        }
    }

    /** No change will come any more. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
