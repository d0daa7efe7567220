package dev.pgweir.proxy.pool;

import java.time.Duration;

/** Settings of a pool for tests: everything off or without limit but for a pool size of 10. */
final class Specs {
    private String hostPort = "db:5432";
    private int size = 10;
    private int min;
    private int reserve;
    private int server;
    private int cancelReserve;
    private int db;
    private int user;
    private Duration minEvictAge = Duration.ofSeconds(1);
    private Duration waitTimeout = Duration.ZERO;
    private Duration waitNotify = Duration.ZERO;
    private Duration reserveTimeout = Duration.ZERO;
    private Duration loginRetry = Duration.ofSeconds(15);
    private Duration idleTimeout = Duration.ZERO;
    private Duration lifetime = Duration.ofHours(1);
    private boolean checks;
    private Duration checkDelay = Duration.ofSeconds(30);
    private boolean forcedUser;
    private boolean roundRobin;
    private boolean staysWithHost;

    static Specs specs() {
        return new Specs();
    }

    Specs host(String value) {
        hostPort = value;
        return this;
    }

    Specs size(int value) {
        size = value;
        return this;
    }

    Specs min(int value) {
        min = value;
        return this;
    }

    Specs reserve(int value, Duration timeout) {
        reserve = value;
        reserveTimeout = timeout;
        return this;
    }

    Specs maxServer(int value) {
        server = value;
        return this;
    }

    Specs cancelReserve(int value) {
        cancelReserve = value;
        return this;
    }

    Specs maxDb(int value) {
        db = value;
        return this;
    }

    Specs maxUser(int value) {
        user = value;
        return this;
    }

    Specs minEvictAge(Duration value) {
        minEvictAge = value;
        return this;
    }

    Specs waitTimeout(Duration value) {
        waitTimeout = value;
        return this;
    }

    Specs waitNotify(Duration value) {
        waitNotify = value;
        return this;
    }

    Specs loginRetry(Duration value) {
        loginRetry = value;
        return this;
    }

    Specs idleTimeout(Duration value) {
        idleTimeout = value;
        return this;
    }

    Specs lifetime(Duration value) {
        lifetime = value;
        return this;
    }

    Specs checkAfter(Duration value) {
        checks = true;
        checkDelay = value;
        return this;
    }

    Specs forcedUser() {
        forcedUser = true;
        return this;
    }

    Specs roundRobin() {
        roundRobin = true;
        return this;
    }

    Specs staysWithHost() {
        staysWithHost = true;
        return this;
    }

    PoolSpec make() {
        return new PoolSpec(
                hostPort,
                new PoolSpec.Sizes(size, min, reserve),
                new PoolSpec.Caps(server, cancelReserve, db, user, minEvictAge.toNanos()),
                new PoolSpec.Waiting(
                        waitTimeout.toNanos(), waitNotify.toNanos(), reserveTimeout.toNanos(), loginRetry.toNanos()),
                new PoolSpec.Aging(idleTimeout.toNanos(), lifetime.toNanos(), checks, checkDelay.toNanos()),
                forcedUser,
                roundRobin,
                staysWithHost);
    }
}
