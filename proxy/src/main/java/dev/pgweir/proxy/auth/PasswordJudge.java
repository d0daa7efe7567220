package dev.pgweir.proxy.auth;

import java.util.concurrent.CompletableFuture;

/** Somebody outside who knows whether a password is right: a directory. Called on event loops: does not block. */
@FunctionalInterface
public interface PasswordJudge {
    /**
     * Asks.
     *
     * @param password not empty
     * @return completes on another thread, never exceptionally
     */
    CompletableFuture<Verdict> judge(String user, String password);

    /**
     * The answer.
     *
     * @param right whether the password is
     * @param detail for the log: why not
     */
    record Verdict(boolean right, String detail) {}
}
