package dev.pgweir.proxy.auth;

import java.util.concurrent.CompletableFuture;

/** Somebody outside who knows whether a password is right: a directory. Called on event loops: does not block. */
@FunctionalInterface
public interface PasswordJudge {
    /**
     * Asks.
     *
     * @param password not empty
     * @return completes on another thread, never exceptionally; whoever does not wait any more cancels it
     */
    CompletableFuture<Verdict> judge(String user, String password);

    /**
     * The answer.
     *
     * @param outcome whether the password is right
     * @param detail for the log: why not
     */
    record Verdict(Outcome outcome, String detail) {
        /** The password is right. */
        public static final Verdict RIGHT = new Verdict(Outcome.RIGHT, "");

        /** The name or the password is wrong. */
        public static Verdict wrong(String detail) {
            return new Verdict(Outcome.WRONG, detail);
        }

        /** Nobody could be asked: that says nothing about the client, which may try again. */
        public static Verdict unknown(String detail) {
            return new Verdict(Outcome.UNKNOWN, detail);
        }
    }

    /** What a directory says of a password. */
    enum Outcome {
        RIGHT,
        WRONG,
        UNKNOWN
    }
}
