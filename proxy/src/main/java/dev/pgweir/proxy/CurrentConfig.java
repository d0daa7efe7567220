package dev.pgweir.proxy;

import dev.pgweir.config.ConfigDiff;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.load.Problem;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.LogFormat;
import dev.pgweir.proxy.log.Logging;
import dev.pgweir.proxy.net.ServiceManager;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force, and its change. Reading it is for any thread. Changes are made one after the other on a thread
 * of their own, because they read files: all of a change or, where anything is wrong with it, nothing.
 */
final class CurrentConfig implements Supplier<ProxyConfig>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CurrentConfig.class);

    private final Supplier<LoadResult> reader;
    private final ServiceManager serviceManager;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(new DefaultThreadFactory("pgweir-reload", true));
    private volatile ProxyConfig current;
    /** Set before the first change can come. */
    private volatile BiConsumer<ProxyConfig, ProxyConfig> listener = (before, after) -> {};

    /**
     * @param reader reads the configuration anew
     * @param serviceManager is told of each reload
     */
    CurrentConfig(ProxyConfig initial, Supplier<LoadResult> reader, ServiceManager serviceManager) {
        this.current = initial;
        this.reader = reader;
        this.serviceManager = serviceManager;
    }

    /** Who puts a new configuration in force, after {@link #get} has it. */
    void onChange(BiConsumer<ProxyConfig, ProxyConfig> puts) {
        listener = puts;
    }

    @Override
    public ProxyConfig get() {
        return current;
    }

    /** Reads the configuration anew and puts it in force. */
    CompletableFuture<ReloadResult> reload() {
        return CompletableFuture.supplyAsync(this::read, thread);
    }

    /** Puts a changed configuration in force, without reading anything. */
    CompletableFuture<ReloadResult> change(UnaryOperator<ProxyConfig> how) {
        return CompletableFuture.supplyAsync(() -> apply(how), thread);
    }

    private ReloadResult read() {
        serviceManager.reloading();
        try {
            LoadResult loaded = reader.get();
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
        try {
            Logging.toFile(after.log().logfile());
        } catch (IOException e) {
            return refuse(List.of(problem(Settings.LOGFILE.name(), String.valueOf(e.getMessage()))));
        }
        Logging.format(after.eventLog().format() == LogFormat.JSON);
        warnings.forEach(LOG::warn);
        current = after;
        listener.accept(before, after);
        List<ConfigDiff.Change> changes = ConfigDiff.between(before, after).changes();
        changes.forEach(change -> LOG.info("{}: \"{}\" is \"{}\" now", change.key(), change.before(), change.after()));
        LOG.info("configuration reloaded, {} changes", changes.size());
        return new ReloadResult(List.of(), warnings);
    }

    private static ReloadResult refuse(List<Problem> errors) {
        errors.forEach(CurrentConfig::log);
        LOG.error("configuration not reloaded, nothing was changed: {} errors", errors.size());
        return ReloadResult.failed(errors);
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
