package dev.pgweir.proxy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals that whoever started PgWeir has had ignored: {@code nohup} does so with HUP, a shell script with INT for what it
 * starts with {@code &}. A JVM leaves them ignored, so what they should do has to be had in another way.
 */
final class IgnoredSignals {
    private static final Logger LOG = LoggerFactory.getLogger(IgnoredSignals.class);

    /**
     * A signal that PgWeir would act on.
     *
     * @param number as Linux has it on all machines
     * @param instead the console's command for it
     */
    private record Order(String name, int number, String instead) {}

    private static final List<Order> ORDERS = List.of(
            new Order("SIGHUP", 1, "RELOAD"),
            new Order("SIGINT", 2, "SHUTDOWN WAIT_FOR_SERVERS"),
            new Order("SIGTERM", 15, "SHUTDOWN WAIT_FOR_CLIENTS"));

    private IgnoredSignals() {}

    /** Logs them. Where the system does not tell, nothing is logged. */
    static void warn() {
        for (String line : in(Path.of("/proc/self/status"))) {
            LOG.warn("{}", line);
        }
    }

    /**
     * A line for each of them.
     *
     * @param status what Linux says of the process; its SigIgn is a mask in hexadecimal, bit 0 for signal 1
     */
    static List<String> in(Path status) {
        List<String> lines = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("SigIgn:")) {
                    long mask = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                    ORDERS.stream()
                            .filter(order -> (mask >> (order.number - 1) & 1) != 0)
                            .map(order ->
                                    order.name + " is ignored, as whoever started PgWeir wanted it (nohup, or & in a"
                                            + " script); use " + order.instead + " on the console")
                            .forEach(lines::add);
                }
            }
        } catch (IOException | NumberFormatException e) {
            LOG.debug("ignored signals are not known: {}", e.toString());
        }
        return lines;
    }
}
