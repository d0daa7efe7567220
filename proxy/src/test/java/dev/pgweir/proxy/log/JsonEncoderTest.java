package dev.pgweir.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

final class JsonEncoderTest {
    private static final String START = "{\"time\":\"2026-01-01T12:00:00.007Z\",\"pid\":42,\"level\":\"log\"";

    private static LoggingEvent event(String message, Object... arguments) {
        LoggingEvent event = new LoggingEvent();
        event.setLoggerContext(new LoggerContext());
        event.setLevel(Level.INFO);
        event.setMessage(message);
        event.setArgumentArray(arguments);
        event.setInstant(Instant.parse("2026-01-01T12:00:00.007Z"));
        return event;
    }

    private static String encoded(LoggingEvent event) {
        return new String(new JsonEncoder(42).encode(event), StandardCharsets.UTF_8);
    }

    private static LogPrefix client(String database) {
        return new LogPrefix(
                LogPrefix.Side.CLIENT,
                31,
                database,
                "app",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 40094));
    }

    @Test
    void saysWhatALineIsAboutInFieldsOfItsOwn() {
        LoggingEvent event = event("{} closing because: {}", client("shop"), "client close request");
        event.setKeyValuePairs(List.of(new KeyValuePair("duration_ms", 12L), new KeyValuePair("why", "be\"cause")));

        assertThat(encoded(event))
                .isEqualTo(START + ",\"client_id\":31,\"database\":\"shop\",\"user\":\"app\","
                        + "\"address\":\"127.0.0.1:40094\",\"duration_ms\":12,\"why\":\"be\\\"cause\","
                        + "\"message\":\"closing because: client close request\"}\n");
    }

    @Test
    void writesMillisecondsOfAWholeSecondToo() {
        LoggingEvent event = event("process up");
        event.setInstant(Instant.parse("2026-01-01T12:00:00Z"));

        assertThat(encoded(event)).startsWith("{\"time\":\"2026-01-01T12:00:00.000Z\"");
    }

    @Test
    void findsTheNumberOfALineThatIsTextOnly() {
        assertThat(encoded(event("S-0x1f: app/app@127.0.0.1:5432 new connection to server")))
                .isEqualTo(
                        START + ",\"server_id\":31,\"message\":\"app/app@127.0.0.1:5432 new connection to server\"}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\",\"level\":\"fatal", "a\nb", "\\", "\u202etxt", "\ud83d", "\0", "\u2028"})
    void aHostileNameStaysInItsString(String name) {
        String line = encoded(event("{} closing", client(name)));

        assertThat(line).startsWith(START + ",\"client_id\":31,\"database\":\"").endsWith("\"message\":\"closing\"}\n");
        assertThat(line.substring(0, line.length() - 1)).doesNotContainPattern("[\\x00-\\x1f\\u2028\\u202e]");
        // What is left of quotes that are not escaped: two of each key and two of each string.
        String structure = line.replaceAll("\\\\.", "");
        assertThat(structure.chars().filter(c -> c == '"').count()).isEqualTo(28);
    }

    @Test
    void longTextIsCutAndAStackStaysOnTheLine() {
        LoggingEvent event = event("x".repeat(LogText.MAX_LINE + 5));
        event.setThrowableProxy(new ThrowableProxy(new IllegalStateException("from\nthe peer")));

        String line = encoded(event);

        assertThat(line)
                .contains("x... (5 more)\",\"stack\":\"java.lang.IllegalStateException: from\\nthe peer")
                .endsWith("\"}\n");
        assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    }
}
