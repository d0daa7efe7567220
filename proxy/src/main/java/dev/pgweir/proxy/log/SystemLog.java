package dev.pgweir.proxy.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the log to the syslog of this machine as syslog(3) does: a datagram per line to a Unix socket. Java has no such
 * sockets, so Netty's are used; they need epoll's native code. A line that syslog does not take at once is lost: whoever logs
 * must not wait for it, and the standard error has it too.
 */
public final class SystemLog extends AppenderBase<ILoggingEvent> {
    /** Where syslog(3) of glibc and of musl write to. */
    public static final Path SOCKET = Path.of("/dev/log");

    static final String NAME = "syslog";

    private static final Logger LOG = LoggerFactory.getLogger(SystemLog.class);

    /** Of RFC 3164, which is what local syslogs read: local time, the day of the month padded by a blank. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH).withZone(ZoneId.systemDefault());

    /** What every syslog takes as one line (RFC 5424, section 6.1, asks for 2048 at least). */
    private static final int MAX_BYTES = 2048;

    private static final int ERR = 3;
    private static final int WARNING = 4;
    private static final int INFO = 6;
    private static final int DEBUG = 7;

    private final Path path;
    private final String sender;
    private final int facility;
    private final ByteBuffer line = ByteBuffer.allocateDirect(MAX_BYTES);
    private @Nullable Socket socket;
    private boolean failing;
    /** Null for lines as PgBouncer writes them. */
    private volatile @Nullable JsonEncoder json;

    /**
     * Syslog need not be there yet, nor stay: it is connected to when there is something to write.
     *
     * @param path its socket
     * @param ident name of the program in each line
     * @param facility 0 to 23
     * @throws IOException if this machine has no epoll; its text says so
     */
    public SystemLog(Path path, String ident, int facility) throws IOException {
        if (!Epoll.isAvailable()) {
            throw new IOException("syslog is written to by epoll's native code, which this machine does not have");
        }
        this.path = path;
        this.sender = LogText.name(ident) + "[" + ProcessHandle.current().pid() + "]";
        this.facility = facility;
        setName(NAME);
    }

    /** From the next line on: what stands behind the sender is an object of JSON, or null for a line of text. */
    void json(@Nullable JsonEncoder encoder) {
        json = encoder;
    }

    /** Called by logback for one event at a time. */
    @Override
    protected void append(ILoggingEvent event) {
        JsonEncoder encoder = json;
        byte[] head = head(event).getBytes(StandardCharsets.UTF_8);
        byte[] text = encoder == null
                ? text(event).getBytes(StandardCharsets.UTF_8)
                : encoder.within(MAX_BYTES - head.length, event);
        line.clear();
        line.put(head);
        line.put(text, 0, wholeCharacters(text, line.remaining())).flip();
        try {
            send();
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                // Before it is told, because this comes here as well.
                failing = true;
                LOG.warn("syslog does not take lines, until it does they are lost there: {}: {}", path, e.toString());
            }
        }
    }

    /** How many of the first {@code most} bytes of UTF-8 are no part of a character that is cut off. */
    private static int wholeCharacters(byte[] text, int most) {
        int end = Math.min(text.length, most);
        while (end > 0 && end < text.length && (text[end] & 0xc0) == 0x80) {
            end--;
        }
        return end;
    }

    private String head(ILoggingEvent event) {
        StringBuilder out = new StringBuilder(100);
        out.append('<').append(facility << 3 | severity(event.getLevel())).append('>');
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), out);
        return out.append(' ').append(sender).append(": ").toString();
    }

    private static String text(ILoggingEvent event) {
        StringBuilder out = new StringBuilder(200).append(LogText.line(event.getFormattedMessage()));
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            out.append(": ").append(thrown.getClassName()).append(": ").append(LogText.line(thrown.getMessage() + ""));
        }
        return out.toString();
    }

    private static int severity(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> ERR;
            case Level.WARN_INT -> WARNING;
            case Level.INFO_INT -> INFO;
            default -> DEBUG;
        };
    }

    /** To a syslog that was started anew by a new connection. */
    private void send() throws IOException {
        Socket connected = socket;
        if (connected != null) {
            try {
                connected.write(line, 0, line.limit());
                return;
            } catch (IOException gone) {
                disconnect();
            }
        }
        Socket fresh = Socket.newSocketDomainDgram();
        try {
            fresh.connect(new DomainSocketAddress(path.toFile()));
            fresh.write(line, 0, line.limit());
            socket = fresh;
        } catch (IOException e) {
            fresh.close();
            throw e;
        }
    }

    private void disconnect() {
        Socket old = socket;
        socket = null;
        if (old != null) {
            try {
                old.close();
            } catch (IOException e) {
                addError("the connection to syslog could not be closed", e);
            }
        }
    }

    /** Not in the middle of a line, which would connect anew. */
    @Override
    public synchronized void stop() {
        super.stop();
        disconnect();
    }
}
