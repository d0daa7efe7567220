package dev.pgweir.proxy.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Remembers what it was told to do. What takes its time ends when {@link #work} is completed, which it is at first. */
final class RecordingControl implements ConsoleControl {
    final List<String> calls = new ArrayList<>();
    CompletableFuture<Void> work = CompletableFuture.completedFuture(null);

    @Nullable
    ConsoleException refusal;

    @Nullable
    Consumer<String> progress;

    String setNotice = "";

    private void called(String call) throws ConsoleException {
        calls.add(call);
        if (refusal != null) {
            throw refusal;
        }
    }

    @Override
    public CompletableFuture<Void> pause(@Nullable String database, @Nullable Duration limit, Consumer<String> listener)
            throws ConsoleException {
        called("pause " + database + " " + limit);
        progress = listener;
        return work;
    }

    @Override
    public void resume(@Nullable String database) throws ConsoleException {
        called("resume " + database);
    }

    @Override
    public void enable(String database, boolean enabled) throws ConsoleException {
        called((enabled ? "enable " : "disable ") + database);
    }

    @Override
    public void kill(@Nullable String database) throws ConsoleException {
        called("kill " + database);
    }

    @Override
    public void killClient(long id) throws ConsoleException {
        called("kill client " + id);
    }

    @Override
    public void reconnect(@Nullable String database) throws ConsoleException {
        called("reconnect " + database);
    }

    @Override
    public CompletableFuture<Void> waitClose(@Nullable String database) throws ConsoleException {
        called("wait close " + database);
        return work;
    }

    @Override
    public CompletableFuture<Void> suspend() throws ConsoleException {
        called("suspend");
        return work;
    }

    @Override
    public CompletableFuture<Void> reload() throws ConsoleException {
        called("reload");
        return work;
    }

    @Override
    public CompletableFuture<String> set(String setting, String value) throws ConsoleException {
        called("set " + setting + " to " + value);
        return CompletableFuture.completedFuture(setNotice);
    }

    @Override
    public void shutdown(ShutdownMode mode) throws ConsoleException {
        called("shutdown " + mode);
    }
}
