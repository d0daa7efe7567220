package dev.pgweir.proxy;

import dev.pgweir.config.HttpConfig;
import dev.pgweir.proxy.http.HttpEndpoint;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP endpoint and what it shows, if there is to be one. For any thread. */
final class Monitoring implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Monitoring.class);

    private static final Monitoring NONE = new Monitoring(null, null);

    private final @Nullable HttpEndpoint endpoint;
    private final @Nullable Pages pages;

    private Monitoring(@Nullable HttpEndpoint endpoint, @Nullable Pages pages) {
        this.endpoint = endpoint;
        this.pages = pages;
    }

    /**
     * Opens it. An address that somebody has asked for has to be had; without the default one PgWeir goes on, since it may
     * well be the second on this machine, and whoever starts two poolers has not asked for two endpoints.
     *
     * @param pages made only if there is an address
     * @throws IOException if an address that was asked for cannot be listened on
     */
    static Monitoring open(HttpConfig config, Supplier<Pages> pages) throws IOException {
        HttpConfig.Address address = config.address();
        if (address == null) {
            return NONE;
        }
        Pages shown = pages.get();
        try {
            HttpEndpoint opened = HttpEndpoint.open(address.host(), address.port(), shown.byPath());
            LOG.info(
                    "probes and metrics on http://{}",
                    new HttpConfig.Address(address.host(), opened.address().getPort()));
            return new Monitoring(opened, shown);
        } catch (IOException e) {
            shown.close().run();
            if (config.asked()) {
                throw new IOException(e.getMessage() + " (http_addr)", e);
            }
            LOG.warn("no probes and metrics: {}; http_addr says where else, or nowhere if it is empty", e.getMessage());
            return NONE;
        }
    }

    boolean isOpen() {
        return endpoint != null;
    }

    @Override
    public void close() {
        if (endpoint != null) {
            endpoint.close();
        }
        if (pages != null) {
            pages.close().run();
        }
    }
}
