package dev.pgweir.proxy.demo;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the demo was asked for.
 *
 * @param port where PgWeir is to listen
 * @param clients how many connect to it
 * @param seconds how long they work; 0: until Ctrl-C
 * @param databaseUrl the server to stand in front of, or null for an embedded one
 * @param load whether clients are started
 */
record DemoOptions(
        int port, int clients, int seconds, @Nullable String databaseUrl, boolean load) {

    /** More threads than that are no longer a demo for a small machine. */
    private static final int MOST_CLIENTS = 2_000;

    /** A day; who wants longer wants 0. */
    private static final int MOST_SECONDS = 86_400;

    static DemoOptions read(Map<String, String> properties, Map<String, String> environment) {
        String url = environment.getOrDefault("DATABASE_URL", "");
        String load = properties.getOrDefault("load", "");
        return new DemoOptions(
                number(properties, "port", 6432, 1, 65_535),
                number(properties, "clients", 200, 1, MOST_CLIENTS),
                number(properties, "seconds", 0, 0, MOST_SECONDS),
                url.isEmpty() ? null : url,
                load.isEmpty() ? url.isEmpty() : Boolean.parseBoolean(load));
    }

    private static int number(Map<String, String> properties, String name, int otherwise, int least, int most) {
        String text = properties.getOrDefault(name, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new DemoException("-D" + name + "=" + text + ": accepted is a number from " + least + " to " + most);
    }
}
