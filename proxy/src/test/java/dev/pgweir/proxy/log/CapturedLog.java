package dev.pgweir.proxy.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A logger of its own whose lines are collected as the encoder writes them, process number 42. */
final class CapturedLog {

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;

    CapturedLog() {
        LoggerContext context = new LoggerContext();
        LineEncoder encoder = new LineEncoder(42);
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                lines.add(new String(encoder.encode(event), StandardCharsets.UTF_8));
            }
        };
        appender.setContext(context);
        appender.start();
        logger = context.getLogger("test");
        logger.setLevel(Level.TRACE);
        logger.addAppender(appender);
    }

    Logger logger() {
        return logger;
    }

    /** The lines without their time. */
    List<String> lines() {
        return lines.stream()
                .map(line -> line.substring("2026-01-01 12:00:00.000 ".length()))
                .toList();
    }

    List<String> withTime() {
        return lines;
    }
}
