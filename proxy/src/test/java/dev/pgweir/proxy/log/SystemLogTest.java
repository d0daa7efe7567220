package dev.pgweir.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A socket stands for syslog; lines are there when the call that logs them returns. */
final class SystemLogTest {
    private static final String SENDER = "pooler[" + ProcessHandle.current().pid() + "]: ";

    @TempDir
    Path directory;

    private final Logger logger = new LoggerContext().getLogger("test");
    private SystemLog log;

    @BeforeEach
    void start() throws IOException {
        Epoll.ensureAvailability();
        log = new SystemLog(directory.resolve("log"), "pooler", 19);
        log.setContext(logger.getLoggerContext());
        log.start();
        logger.setLevel(Level.TRACE);
        logger.addAppender(log);
    }

    @AfterEach
    void stop() {
        log.stop();
    }

    private Socket listen() throws IOException {
        Files.deleteIfExists(directory.resolve("log"));
        Socket syslog = Socket.newSocketDomainDgram();
        syslog.bind(new DomainSocketAddress(directory.resolve("log").toFile()));
        return syslog;
    }

    private static String read(Socket syslog) throws IOException {
        ByteBuffer into = ByteBuffer.allocateDirect(10_000);
        int length = syslog.read(into, 0, into.capacity());
        byte[] bytes = new byte[Math.max(0, length)];
        into.get(0, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void linesHaveFacilityLevelTimeAndSender() throws IOException {
        Socket syslog = listen();

        logger.error("broken");
        logger.warn("look");
        logger.info("usual");
        logger.debug("detail");
        logger.info("two\nlines", new IllegalStateException("cause"));

        // local3 is 19, and error, warning, informational, debug are 3, 4, 6, 7.
        assertThat(read(syslog))
                .matches("<155>[A-Z][a-z]{2} [ 0-9]\\d \\d\\d:\\d\\d:\\d\\d .*")
                .endsWith(SENDER + "broken");
        assertThat(read(syslog)).startsWith("<156>").endsWith(SENDER + "look");
        assertThat(read(syslog)).startsWith("<158>").endsWith(SENDER + "usual");
        assertThat(read(syslog)).startsWith("<159>").endsWith(SENDER + "detail");
        assertThat(read(syslog)).endsWith(SENDER + "two\\nlines: java.lang.IllegalStateException: cause");
        syslog.close();
    }

    @Test
    void aLineThatIsTooLongEndsWithAWholeCharacter() throws IOException {
        Socket syslog = listen();

        for (String start : new String[] {"", "a", "ab"}) {
            logger.info(start + "\u20ac".repeat(1_000));

            String shortened = read(syslog);
            assertThat(shortened.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(2046, 2048);
            assertThat(shortened).endsWith("\u20ac").doesNotContain("\ufffd");
        }
        syslog.close();
    }

    @Test
    void objectsOfJsonAreWholeHoweverMuchThereIsToSay() throws IOException {
        Socket syslog = listen();
        log.json(new JsonEncoder(42));

        logger.info("usual");
        String much = "\u0007\"".repeat(3_000);
        logger.atWarn().addKeyValue("name", much).log(much, new IllegalStateException(much));

        assertThat(read(syslog)).contains(SENDER + "{\"time\":\"").endsWith(",\"message\":\"usual\"}");
        String shortened = read(syslog);
        assertThat(shortened.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(300, 2048);
        assertThat(shortened)
                .startsWith("<156>")
                .contains(",\"name\":\"\\u0007\\\"", ",\"message\":\"\\u0007\\\"", ",\"stack\":\"java.lang")
                .endsWith(" more)\"}");
        syslog.close();
    }

    @Test
    void syslogMayComeLaterAndBeStartedAnew() throws IOException {
        logger.info("nobody hears this");
        logger.info("nor this");
        Socket first = listen();
        logger.info("first");
        assertThat(read(first)).endsWith("first");
        first.close();
        logger.info("lost");

        Socket second = listen();
        logger.info("second");
        assertThat(read(second)).endsWith("second");
        second.close();
    }

    @Test
    void syslogThatTakesNothingHoldsNobodyUp() throws IOException {
        Socket syslog = listen();

        for (int i = 0; i < 2_000; i++) {
            logger.info("line {}", i);
        }

        assertThat(read(syslog)).endsWith("line 0");
        syslog.close();
    }
}
