package dev.pgweir.proxy.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * Options of PgBouncer's command line that a JVM cannot follow: it neither forks nor becomes another user, and takes over
 * no sockets. Scripts that start PgBouncer give them, so they are known, and each is answered by what to do instead.
 */
final class PgBouncerOptions {

    private static final Logger LOG = LoggerFactory.getLogger(PgBouncerOptions.class);

    @Option(
            names = {"-d", "--daemon"},
            description = "Refused: PgWeir stays in the foreground.")
    private boolean daemon;

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER",
            description = "Says who should run it; PgWeir only warns if somebody else does.")
    private @Nullable String user;

    @Option(
            names = {"-R", "--reboot"},
            description = "Starts as without it: nothing is taken over from a running process.")
    private boolean reboot;

    /** Whether what was asked for must not be left out in silence; then says what to do. */
    boolean isRefused(PrintWriter err) {
        if (daemon) {
            err.println(
                    "pgweir: not started, -d: PgWeir does not go into the background. Leave -d out and let systemd, a"
                            + " container or setsid (setsid -f pgweir FILE) see to that; with logfile and -q its log goes to a"
                            + " file");
        }
        return daemon;
    }

    /** Logs what will not happen. */
    void explain() {
        String runsAs = System.getProperty("user.name");
        if (user != null && !user.equals(runsAs)) {
            LOG.warn(
                    "-u {} has no effect: PgWeir runs as {} and cannot become another user. Start it as {}, by User= in"
                            + " its systemd unit, setpriv or runuser",
                    user,
                    runsAs,
                    user);
        }
        if (reboot) {
            LOG.warn(
                    "-R has no effect: PgWeir takes no sockets over. Send SIGTERM to the process that runs: it leaves its"
                            + " port at once and serves its clients to their end, while this one takes the new ones");
        }
    }
}
