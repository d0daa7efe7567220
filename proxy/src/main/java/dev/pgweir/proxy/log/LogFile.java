package dev.pgweir.proxy.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Writes the log to a file, a write per line: whoever reads the file sees a line before what follows it happens. A line that
 * cannot be written is lost; the standard error has it too.
 */
final class LogFile extends AppenderBase<ILoggingEvent> {
    static final String NAME = "logfile";

    private volatile Encoder<ILoggingEvent> encoder;
    // Not a channel: that would be closed when a thread that logs is interrupted.
    private final OutputStream out;

    /**
     * Opens the file, which is created if it is missing, and written behind what it has.
     *
     * @throws IOException if that is not possible; its text names the file
     */
    LogFile(Path file, Encoder<ILoggingEvent> encoder) throws IOException {
        this.encoder = encoder;
        this.out = new FileOutputStream(file.toFile(), true);
        setName(NAME);
    }

    /** From the next line on. */
    void encoder(Encoder<ILoggingEvent> next) {
        encoder = next;
    }

    @Override
    protected void append(ILoggingEvent event) {
        try {
            out.write(encoder.encode(event));
        } catch (IOException e) {
            addError("a line of the log could not be written", e);
        }
    }

    /** Not in the middle of a line, which would be lost. */
    @Override
    public synchronized void stop() {
        super.stop();
        try {
            out.close();
        } catch (IOException e) {
            addError("the log file could not be closed", e);
        }
    }
}
