package dev.pgweir.proxy.metrics;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.proxy.client.ClientCounts;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.count.EnumCounts;
import dev.pgweir.proxy.count.ErrorClasses;
import dev.pgweir.proxy.count.TimeHistogram;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.tls.Tls;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** All metrics, as text for Prometheus. One thread at a time. */
public final class Metrics implements AutoCloseable {
    /** What is answered to whoever does not say what he wants; Prometheus does. */
    private static final String PLAIN = "text/plain; version=0.0.4; charset=utf-8";

    private static final String OPEN_METRICS = "application/openmetrics-text";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Clients clients;
    private final BooleanSupplier ready;
    private final String version;
    private final PoolMetrics poolMetrics;
    private final LimitMetrics limitMetrics;
    private final CertificateMetrics certificateMetrics;
    private final TlsMetrics tlsMetrics;

    /**
     * @param config the configuration of the moment
     * @param ready what /readyz says
     * @param version of PgWeir
     */
    public Metrics(
            Supplier<ProxyConfig> config,
            Pools pools,
            Clients clients,
            Tls tls,
            BooleanSupplier ready,
            String version) {
        this.clients = clients;
        this.ready = ready;
        this.version = version;
        PoolBook book = new PoolBook();
        this.poolMetrics = new PoolMetrics(pools, clients, book);
        this.limitMetrics = new LimitMetrics(config, pools, clients, book);
        this.certificateMetrics = new CertificateMetrics(config);
        this.tlsMetrics = new TlsMetrics(tls, clients, pools);
        // Their names break Prometheus' rules; the first is the CPU's share in other words, the other never changes.
        registry.config()
                .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
                .meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collections.bindTo(registry);
        MultiCollector own = this::collect;
        registry.getPrometheusRegistry().register(own);
    }

    /** The content type for a request with this Accept header. */
    public static String contentType(String accept) {
        return accept.contains(OPEN_METRICS) ? OPEN_METRICS + "; version=1.0.0; charset=utf-8" : PLAIN;
    }

    /** All metrics at this moment. */
    public byte[] scrape(String contentType) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64 * 1024);
        try {
            registry.scrape(out, contentType);
        } catch (IOException e) {
            throw new UncheckedIOException("an array that cannot be written to", e);
        }
        return out.toByteArray();
    }

    private MetricSnapshots collect() {
        Batch batch = new Batch();
        batch.add(Family.BUILD_INFO, 1, version, Runtime.version().toString());
        batch.add(Family.READY, ready.getAsBoolean() ? 1 : 0);
        poolMetrics.collect(batch);
        limitMetrics.collect(batch);
        certificateMetrics.collect(batch);
        tlsMetrics.collect(batch);
        clients(batch, clients.counts());
        batch.add(Family.PREPARED_STATEMENTS, clients.statements().size());
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider buffers) {
            batch.add(Family.BUFFER_MEMORY_BYTES, buffers.metric().usedDirectMemory(), "direct");
            batch.add(Family.BUFFER_MEMORY_BYTES, buffers.metric().usedHeapMemory(), "heap");
        }
        return batch.build();
    }

    private static void clients(Batch to, List<ClientCounts> loops) {
        long accepted = 0;
        long[] reasons = new long[DisconnectReason.values().length];
        long[] errors = new long[ErrorClasses.CLASSES.size()];
        for (int loop = 0; loop < loops.size(); loop++) {
            ClientCounts counts = loops.get(loop);
            accepted += counts.accepted().sum();
            long[] ofLoop = new long[Math.max(reasons.length, errors.length)];
            counts.disconnects().copyTo(ofLoop, 0);
            add(reasons, ofLoop);
            counts.errors().copyTo(ofLoop, 0);
            add(errors, ofLoop);
            long[] lag = new long[TimeHistogram.LENGTH];
            counts.pulse().lag().copyTo(lag, 0);
            to.addTimes(Family.EVENT_LOOP_LAG_SECONDS, lag, 0, Integer.toString(loop));
        }
        to.add(Family.CLIENT_CONNECTIONS_TOTAL, accepted);
        for (DisconnectReason reason : DisconnectReason.values()) {
            if (reasons[EnumCounts.place(reason)] > 0) {
                to.add(Family.CLIENT_DISCONNECTS_TOTAL, reasons[EnumCounts.place(reason)], reason.label());
            }
        }
        for (int i = 0; i < errors.length; i++) {
            if (errors[i] > 0) {
                to.add(Family.POOLER_ERRORS_TOTAL, errors[i], ErrorClasses.CLASSES.get(i));
            }
        }
    }

    private static void add(long[] to, long[] more) {
        for (int i = 0; i < to.length; i++) {
            to[i] += more[i];
        }
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
