package dev.pgweir.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class LineEncoderTest {

    private final CapturedLog log = new CapturedLog();

    @Test
    void writesTimeProcessAndLevelLikePgBouncer() {
        LoggingEvent event = new LoggingEvent();
        event.setLoggerContext(new LoggerContext());
        event.setLevel(Level.INFO);
        event.setMessage("hello");
        event.setInstant(Instant.parse("2026-01-01T12:00:00.007Z"));

        assertThat(new String(new LineEncoder(42).encode(event), StandardCharsets.UTF_8))
                .isEqualTo("2026-01-01 12:00:00.007 UTC [42] LOG hello\n");
    }

    @Test
    void namesLevelsLikePgBouncer() {
        log.logger().trace("a");
        log.logger().debug("b");
        log.logger().info("c");
        log.logger().warn("d");
        log.logger().error("e");
        log.logger().error(Logging.FATAL, "f");

        assertThat(log.lines())
                .containsExactly(
                        "UTC [42] NOISE a\n",
                        "UTC [42] DEBUG b\n",
                        "UTC [42] LOG c\n",
                        "UTC [42] WARNING d\n",
                        "UTC [42] ERROR e\n",
                        "UTC [42] FATAL f\n");
    }

    @Test
    void peerCannotBeginALineOfItsOwn() {
        log.logger().info("no such database: {}", "x\n2026-01-01 12:00:00.000 UTC [42] LOG forged");

        assertThat(log.lines())
                .containsExactly("UTC [42] LOG no such database: x\\n2026-01-01 12:00:00.000 UTC [42] LOG forged\n");
    }

    @Test
    void linesOfAStackBeginWithATabAndCannotBeForgedByItsMessage() {
        Exception cause = new IllegalArgumentException("from\r\nthe peer");
        log.logger().error("closing", new IllegalStateException(cause));

        String[] lines = log.lines().get(0).split("\n");
        assertThat(lines[0]).isEqualTo("UTC [42] ERROR closing");
        assertThat(lines).filteredOn(line -> !line.startsWith("\t")).hasSize(1);
        assertThat(lines).contains("\tjava.lang.IllegalArgumentException: from\\r\\nthe peer");
    }

    @Test
    void exceptionsThatCauseEachOtherEnd() {
        Exception first = new Exception("first");
        Exception second = new Exception("second", first);
        first.initCause(second);
        log.logger().error("ring", first);

        assertThat(log.lines().get(0)).contains("java.lang.Exception: first");
    }
}
