package dev.pgweir.proxy.auth.ldap;

import dev.pgweir.config.hba.LdapOptions;
import dev.pgweir.proxy.auth.PasswordJudge;
import dev.pgweir.proxy.auth.PasswordJudge.Verdict;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads on which directories are asked. For any thread. */
public final class LdapDirectories {
    /** A directory answers in milliseconds; more at once would only press on one that does not. */
    private static final int THREADS = 4;

    /** What is behind these waits for several timeouts where a directory hangs: longer than a client does. */
    private static final int MAX_WAITING = 200;

    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            new DefaultThreadFactory("pgweir-ldap", true));

    /** No thread before the first login. */
    public LdapDirectories() {
        threads.allowCoreThreadTimeOut(true);
    }

    /** One directory. */
    public PasswordJudge directory(LdapOptions options) {
        return (user, password) -> {
            CompletableFuture<Verdict> answer = new CompletableFuture<>();
            Runnable question = () -> judge(options, user, password, answer);
            try {
                threads.execute(question);
                var unused = answer.whenComplete((verdict, left) -> {
                    if (answer.isCancelled()) {
                        // Else those who send a password and leave would fill the queue before a directory that is
                        // slow.
                        threads.remove(question);
                    }
                });
            } catch (RejectedExecutionException e) {
                answer.complete(Verdict.unknown("more than " + MAX_WAITING + " logins wait for the directory"));
            }
            return answer;
        };
    }

    private static void judge(LdapOptions options, String user, String password, CompletableFuture<Verdict> answer) {
        if (answer.isDone()) {
            // The client has left while it waited for a thread.
            return;
        }
        try {
            answer.complete(new LdapLogin(options).check(user, password));
        } catch (RuntimeException | Error e) {
            answer.complete(Verdict.unknown("the directory could not be asked: " + e));
        }
    }
}
