package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** An ordinary client that queries all the time, on a thread of its own, while others misbehave. */
final class Bystander {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong answers = new AtomicLong();
    private final CompletableFuture<Void> over;

    private Bystander(Callable<WireClient> login) {
        over = CompletableFuture.runAsync(() -> run(login));
    }

    /**
     * Begins.
     *
     * @param login gives a client that has logged in
     */
    static Bystander start(Callable<WireClient> login) {
        return new Bystander(login);
    }

    private void run(Callable<WireClient> login) {
        try (WireClient client = login.call()) {
            while (!stopped.get()) {
                assertThat(client.value("SELECT 'undisturbed'")).isEqualTo("undisturbed");
                answers.incrementAndGet();
            }
        } catch (IOException e) {
            throw new AssertionError("the bystander was disturbed after " + answers + " answers", e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends it, and fails if anything disturbed it. */
    void assertUndisturbed() {
        stopped.set(true);
        over.join();
    }
}
