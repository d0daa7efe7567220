package dev.pgweir.proxy.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sockets that systemd has opened for this process (socket activation, sd_listen_fds(3)): {@code LISTEN_FDS} of them
 * from descriptor 3 on, if {@code LISTEN_PID} is this process. What they are, the kernel tells under /proc.
 */
final class PassedSockets {
    private static final int FIRST = 3;

    /** Far more than a unit has; a larger number is a mistake. */
    private static final int MAX = 1000;

    /** O_NONBLOCK of Linux, as fdinfo shows it. */
    private static final int NON_BLOCKING = 04000;

    /** In /proc/net/unix: SO_ACCEPTCON, and SOCK_STREAM. */
    private static final String UNIX_LISTENING = "00010000";

    private static final String UNIX_STREAM = "0001";

    /** In /proc/net/tcp: TCP_LISTEN. */
    private static final String TCP_LISTENING = "0A";

    private final Path proc;

    private PassedSockets(Path proc) {
        this.proc = proc;
    }

    /**
     * All of them, in their order; empty if there are none.
     *
     * @param environment as {@link System#getenv()} has it
     * @param proc what the kernel says of this process: /proc/self
     * @throws IOException if one cannot be listened on; its text says which and why
     */
    static List<PassedSocket> of(Map<String, String> environment, Path proc) throws IOException {
        String count = environment.getOrDefault("LISTEN_FDS", "");
        String pid = environment.getOrDefault("LISTEN_PID", "");
        // For another process, such as the one that has started this.
        if (count.isEmpty() || !pid.equals(Long.toString(ProcessHandle.current().pid()))) {
            return List.of();
        }
        if (!count.matches("[0-9]{1,4}") || Integer.parseInt(count) > MAX) {
            throw new IOException("LISTEN_FDS is not a number of sockets");
        }
        PassedSockets sockets = new PassedSockets(proc);
        List<PassedSocket> passed = new ArrayList<>();
        for (int fd = FIRST; fd < FIRST + Integer.parseInt(count); fd++) {
            passed.add(sockets.socket(fd));
        }
        return passed;
    }

    private PassedSocket socket(int fd) throws IOException {
        String inode = inode(fd);
        String unixPath = unix(inode);
        if (unixPath == null && !isTcp(inode, "tcp") && !isTcp(inode, "tcp6")) {
            throw new IOException(
                    "file descriptor " + fd + " of LISTEN_FDS is no stream socket that somebody listens on");
        }
        if (!isNonBlocking(fd)) {
            // An event loop would stand still in accept until the next client comes.
            throw new IOException("file descriptor " + fd
                    + " of LISTEN_FDS blocks: set NonBlocking=yes in the [Service] section of the unit");
        }
        return new PassedSocket(fd, unixPath);
    }

    /** By which the kernel's tables know it; empty if it is no socket. */
    private String inode(int fd) throws IOException {
        Path link = proc.resolve("fd").resolve(Integer.toString(fd));
        if (!Files.isSymbolicLink(link)) {
            throw new IOException("file descriptor " + fd + " of LISTEN_FDS is not open");
        }
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("socket:[") ? target.substring(8, target.length() - 1) : "";
    }

    /** {@code Num RefCount Protocol Flags Type St Inode Path}, of which the path may have blanks. */
    private @Nullable String unix(String inode) throws IOException {
        for (String line : lines(proc.resolve("net/unix"))) {
            String[] columns = line.strip().split(" +", 8);
            if (columns.length == 8
                    && columns[6].equals(inode)
                    && columns[3].equals(UNIX_LISTENING)
                    && columns[4].equals(UNIX_STREAM)) {
                return columns[7];
            }
        }
        return null;
    }

    /** {@code sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …}. */
    private boolean isTcp(String inode, String table) throws IOException {
        Path file = proc.resolve("net").resolve(table);
        if (!Files.exists(file)) {
            return false;
        }
        for (String line : lines(file)) {
            String[] columns = line.strip().split(" +", -1);
            if (columns.length > 9 && columns[9].equals(inode) && columns[3].equals(TCP_LISTENING)) {
                return true;
            }
        }
        return false;
    }

    private boolean isNonBlocking(int fd) throws IOException {
        for (String line : lines(proc.resolve("fdinfo").resolve(Integer.toString(fd)))) {
            if (line.startsWith("flags:")) {
                return (Integer.parseInt(line.substring(6).strip(), 8) & NON_BLOCKING) != 0;
            }
        }
        return false;
    }

    /** Whatever they are written in: any user of this machine may give his sockets names that are no UTF-8. */
    private static List<String> lines(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }
}
