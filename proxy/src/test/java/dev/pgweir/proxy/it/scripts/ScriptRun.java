package dev.pgweir.proxy.it.scripts;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Runs the scripts of several clients, each on a connection of its own. A client without turns does not connect. */
final class ScriptRun implements AutoCloseable {

    private final List<ClientRun> clients = new ArrayList<>();

    private ScriptRun(List<Script> scripts, Login login, List<List<Answer>> expected, int patienceMillis)
            throws IOException {
        Trace trace = new Trace();
        try {
            for (int i = 0; i < scripts.size(); i++) {
                Script script = scripts.get(i);
                if (!script.turns().isEmpty()) {
                    clients.add(new ClientRun(i, script, login, expected.get(i), trace, patienceMillis));
                }
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** What PostgreSQL itself answers to one client. */
    static List<Answer> answers(int client, Script script, Login login, int patienceMillis) throws IOException {
        Trace trace = new Trace();
        try (ClientRun run = new ClientRun(client, script, login, null, trace, patienceMillis)) {
            while (run.isBusy()) {
                run.turn();
            }
            return run.answers();
        } catch (IOException e) {
            throw new IOException("PostgreSQL itself gives no answer\n" + trace.last(ClientRun.TRACE_LINES), e);
        }
    }

    /**
     * One turn after the other, in an order drawn from the seed. At any time at most so many clients are in the middle of
     * something, so that no one waits for a server.
     */
    static @Nullable Difference inTurns(
            List<Script> scripts, Login login, List<List<Answer>> expected, int patienceMillis, long seed, int servers)
            throws IOException {
        Dice dice = new Dice(seed);
        try (ScriptRun run = new ScriptRun(scripts, login, expected, patienceMillis)) {
            List<ClientRun> busy = run.clients;
            while (!busy.isEmpty()) {
                List<ClientRun> holders =
                        busy.stream().filter(ClientRun::holdsServer).toList();
                ClientRun client = dice.of(holders.size() < servers ? busy : holders);
                client.turn();
                if (client.difference() != null) {
                    return client.difference();
                }
                busy = busy.stream().filter(ClientRun::isBusy).toList();
            }
            return null;
        }
    }

    /** Each client on a thread of its own. The first difference ends them all. */
    static @Nullable Difference atOnce(
            List<Script> scripts, Login login, List<List<Answer>> expected, int patienceMillis) throws IOException {
        AtomicReference<@Nullable Difference> first = new AtomicReference<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (ScriptRun run = new ScriptRun(scripts, login, expected, patienceMillis)) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (ClientRun client : run.clients) {
                tasks.add(() -> {
                    while (client.isBusy() && first.get() == null) {
                        client.turn();
                        if (client.difference() != null) {
                            first.compareAndSet(null, client.difference());
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> task : threads.invokeAll(tasks)) {
                task.get();
            }
            return first.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    @Override
    public void close() throws IOException {
        for (ClientRun client : clients) {
            client.close();
        }
    }
}
