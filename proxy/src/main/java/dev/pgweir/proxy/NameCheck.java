package dev.pgweir.proxy;

import dev.pgweir.proxy.net.HostResolver;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;

/** {@code dns_zone_check_period}: the names in use are looked up again every so often. Used on one thread. */
final class NameCheck {
    private final Supplier<Duration> period;
    private final HostResolver resolver;
    private final Supplier<? extends Collection<String>> hosts;
    private long last = System.nanoTime();

    /**
     * @param period zero for never
     * @param hosts names, addresses and Unix sockets in use
     */
    NameCheck(Supplier<Duration> period, HostResolver resolver, Supplier<? extends Collection<String>> hosts) {
        this.period = period;
        this.resolver = resolver;
        this.hosts = hosts;
    }

    /** To be called about once a second. */
    void tick() {
        long every = period.get().toNanos();
        long now = System.nanoTime();
        if (every > 0 && now - last >= every) {
            last = now;
            resolver.refresh(hosts.get());
        }
    }
}
