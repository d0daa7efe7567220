package dev.pgweir.proxy.metrics;

import dev.pgweir.proxy.count.TimeHistogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The values of one scrape, as they are gathered. One thread. */
final class Batch {
    private static final String TOTAL = "_total";

    private static final double[] BOUNDS = bounds();

    private final Map<Family, List<Point>> points = new EnumMap<>(Family.class);

    /** What stands behind one set of labels: one number, or those of a histogram. */
    private record Point(Labels labels, double value, List<Long> histogram) {}

    private static double[] bounds() {
        double[] all = new double[TimeHistogram.BOUNDS.size() + 1];
        for (int i = 0; i < all.length - 1; i++) {
            all[i] = TimeHistogram.BOUNDS.get(i);
        }
        all[all.length - 1] = Double.POSITIVE_INFINITY;
        return all;
    }

    /**
     * Adds a value.
     *
     * @param labels their values, in the order of the family's
     */
    void add(Family family, double value, String... labels) {
        add(family, new Point(labels(family, labels), value, List.of()));
    }

    /** The same for a count, of which the last digits do not matter beyond 2^53. */
    void add(Family family, long value, String... labels) {
        add(family, (double) value, labels);
    }

    /**
     * Adds a histogram.
     *
     * @param figures as {@link TimeHistogram#copyTo} leaves them, from {@code at} on
     * @param labels their values, in the order of the family's
     */
    void addTimes(Family family, long[] figures, int at, String... labels) {
        List<Long> buckets = new ArrayList<>(TimeHistogram.LENGTH);
        for (int i = 0; i < TimeHistogram.LENGTH; i++) {
            buckets.add(figures[at + i]);
        }
        add(family, new Point(labels(family, labels), 0, buckets));
    }

    private void add(Family family, Point point) {
        points.computeIfAbsent(family, missing -> new ArrayList<>()).add(point);
    }

    private static Labels labels(Family family, String... values) {
        return Labels.of(family.labels(), List.of(values));
    }

    /** All of it for Prometheus. */
    MetricSnapshots build() {
        List<MetricSnapshot> all = new ArrayList<>();
        points.forEach((family, own) -> all.add(snapshot(family, own)));
        return new MetricSnapshots(all);
    }

    private static MetricSnapshot snapshot(Family family, List<Point> points) {
        String name = family.metric();
        return switch (family.type()) {
            case COUNTER -> {
                CounterSnapshot.Builder counter = CounterSnapshot.builder()
                        .name(name.substring(0, name.length() - TOTAL.length()))
                        .help(family.help());
                points.forEach(point -> counter.dataPoint(CounterDataPointSnapshot.builder()
                        .labels(point.labels)
                        .value(point.value)
                        .build()));
                yield counter.build();
            }
            case GAUGE -> {
                GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(family.help());
                points.forEach(point -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(point.labels)
                        .value(point.value)
                        .build()));
                yield gauge.build();
            }
            case HISTOGRAM -> {
                HistogramSnapshot.Builder histogram =
                        HistogramSnapshot.builder().name(name).help(family.help());
                points.forEach(point -> histogram.dataPoint(times(point)));
                yield histogram.build();
            }
        };
    }

    private static HistogramDataPointSnapshot times(Point point) {
        long[] counts = new long[BOUNDS.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = point.histogram.get(i);
        }
        return HistogramDataPointSnapshot.builder()
                .labels(point.labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS, counts))
                .sum(point.histogram.get(TimeHistogram.LENGTH - 1) / 1e9)
                .build();
    }
}
