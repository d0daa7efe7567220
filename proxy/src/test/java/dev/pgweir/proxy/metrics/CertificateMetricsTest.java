package dev.pgweir.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the certificates' end. */
final class CertificateMetricsTest {
    private static final String SETTING = "client_tls_cert_file";

    @Test
    void tellsTheEndOfTheFirstThatExpiresAndReadsAgainAfterAReload(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("server.crt");
        Files.writeString(file, certificate(directory, 30) + certificate(directory, 10));
        AtomicReference<ProxyConfig> config = new AtomicReference<>(naming(file));
        CertificateMetrics metrics = new CertificateMetrics(config::get);

        assertThat(expiry(metrics)).isCloseTo(inDays(10), Offset.offset(3600.0));

        Files.writeString(file, certificate(directory, 90));
        assertThat(expiry(metrics)).isCloseTo(inDays(10), Offset.offset(3600.0));
        config.set(naming(file));
        assertThat(expiry(metrics)).isCloseTo(inDays(90), Offset.offset(3600.0));
    }

    @Test
    void saysNothingOfAFileThatCannotBeRead(@TempDir Path directory) throws IOException {
        Path broken = Files.writeString(directory.resolve("broken"), "no certificate");
        for (Path file : new Path[] {broken, directory.resolve("missing")}) {
            Batch batch = new Batch();
            new CertificateMetrics(() -> naming(file)).collect(batch);
            assertThat(batch.build().size()).isZero();
        }
    }

    private static double inDays(int days) {
        return Instant.now().plus(days, ChronoUnit.DAYS).getEpochSecond();
    }

    private static double expiry(CertificateMetrics metrics) {
        Batch batch = new Batch();
        metrics.collect(batch);
        MetricSnapshots all = batch.build();
        assertThat(all.size()).isEqualTo(1);
        GaugeSnapshot gauge = (GaugeSnapshot) all.get(0);
        assertThat(gauge.getDataPoints().get(0).getLabels().get("setting")).isEqualTo(SETTING);
        return gauge.getDataPoints().get(0).getValue();
    }

    private static ProxyConfig naming(Path file) {
        Setting<?> setting = Settings.TABLE.find(SETTING).orElseThrow();
        return ProxyConfig.of(SettingValues.none().withText(setting, file.toString()), Map.of(), Map.of(), Map.of());
    }

    /** Made by the JDK's own tool. */
    private static String certificate(Path directory, int days) throws IOException, InterruptedException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Path store = directory.resolve("store" + days);
        run(
                directory,
                keytool + " -genkeypair -keyalg EC -alias a -dname CN=test -validity " + days + " -storepass secret"
                        + " -keystore " + store);
        Path out = directory.resolve("out" + days);
        run(directory, keytool + " -exportcert -rfc -alias a -storepass secret -keystore " + store + " -file " + out);
        return Files.readString(out);
    }

    private static void run(Path directory, String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command.split(" "))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        assertThat(process.waitFor()).isZero();
    }
}
