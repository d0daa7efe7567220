package dev.pgweir.proxy;

import dev.pgweir.proxy.http.Page;
import dev.pgweir.proxy.http.Reply;
import dev.pgweir.proxy.metrics.Metrics;
import java.util.Map;

/**
 * What the HTTP endpoint shows.
 *
 * @param byPath the pages
 * @param close what they use is not needed any more
 */
record Pages(Map<String, Page> byPath, Runnable close) {
    static Pages of(Health health, Metrics metrics) {
        return new Pages(
                Map.of(
                        "/livez", accept -> health.live(),
                        "/readyz", accept -> health.ready(),
                        "/startupz", accept -> health.startup(),
                        "/metrics",
                                accept -> {
                                    String type = Metrics.contentType(accept);
                                    return new Reply(200, type, metrics.scrape(type));
                                }),
                metrics::close);
    }
}
