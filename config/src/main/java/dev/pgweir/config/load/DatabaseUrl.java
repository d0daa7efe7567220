package dev.pgweir.config.load;

import dev.pgweir.config.value.Secret;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A connection URL as libpq defines it (PostgreSQL documentation, "Connection URIs") and Prisma extends it by parameters.
 *
 * <p>Messages never quote a part of the authority: where a password has not been percent-encoded, any part of it can
 * hold a piece of the password.
 *
 * @param user null if there is none
 * @param password null if there is none
 * @param host without brackets; several with commas between, in their order; {@code localhost} if there is none
 * @param port 5432 if there is none; the same for every host
 * @param dbname null if there is none
 * @param parameters what follows the question mark, except those that say one of the above; in their order
 */
record DatabaseUrl(
        @Nullable String user,
        @Nullable Secret password,
        String host,
        int port,
        @Nullable String dbname,
        Map<String, String> parameters) {

    private static final int DEFAULT_PORT = 5432;
    private static final String FORM = "accepted: postgresql://user:password@host:port/dbname";
    private static final String ENCODE =
            " (in user and password the characters @ : / ? # % are written %40 %3A %2F %3F %23 %25)";

    /** Characters that end the authority; libpq and the URL standard agree on these. */
    private static final String AUTHORITY_ENDS = "/?#";

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException with a message fit to be shown
     */
    static DatabaseUrl parse(String url) {
        String rest = withoutScheme(url.strip());
        if (rest.indexOf('#') >= 0) {
            throw new IllegalArgumentException("the URL contains a #" + ENCODE);
        }
        int end = 0;
        while (end < rest.length() && AUTHORITY_ENDS.indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        String authority = rest.substring(0, end);
        String tail = rest.substring(end);
        int question = tail.indexOf('?');
        String path = question < 0 ? tail : tail.substring(0, question);
        Map<String, String> parameters = parameters(question < 0 ? "" : tail.substring(question + 1));
        if (path.indexOf('@') >= 0 || path.indexOf('/', 1) >= 0) {
            throw new IllegalArgumentException("the database name contains a / or an @, " + FORM + ENCODE);
        }

        int at = authority.lastIndexOf('@');
        String userInfo = at < 0 ? "" : authority.substring(0, at);
        int colon = userInfo.indexOf(':');
        String user = emptyToNull(PercentCode.decode(colon < 0 ? userInfo : userInfo.substring(0, colon), "the user"));
        String password = colon < 0 ? null : PercentCode.decode(userInfo.substring(colon + 1), "the password");
        List<HostAndPort> places = Stream.of(authority.substring(at + 1).split(",", -1))
                .map(HostAndPort::parse)
                .toList();
        String dbname = path.isEmpty() ? null : emptyToNull(PercentCode.decode(path.substring(1), "the database name"));

        String hostParameter = parameters.remove("host");
        String portParameter = parameters.remove("port");
        String userParameter = parameters.remove("user");
        String passwordParameter = parameters.remove("password");
        String dbnameParameter = parameters.remove("dbname");
        String secret = passwordParameter == null ? password : passwordParameter;
        List<String> hosts = hostParameter == null
                ? places.stream().map(HostAndPort::host).toList()
                : List.of(hostParameter.split(",", -1));
        List<Integer> ports = portParameter == null
                ? places.stream().map(HostAndPort::port).toList()
                : Stream.of(portParameter.split(",", -1)).map(HostAndPort::port).toList();
        return new DatabaseUrl(
                userParameter == null ? user : userParameter,
                secret == null ? null : Secret.of(secret),
                hosts.stream().map(host -> host.isEmpty() ? "localhost" : host).collect(Collectors.joining(",")),
                commonPort(ports, hosts.size()),
                dbnameParameter == null ? dbname : dbnameParameter,
                parameters);
    }

    /** Whether there is more than one host to choose from. */
    boolean hasSeveralHosts() {
        return host.indexOf(',') >= 0;
    }

    /** libpq takes a port for each host or one for all; a pool reaches all of its hosts by the same, as PgBouncer's do. */
    private static int commonPort(List<Integer> ports, int hosts) {
        if (ports.size() != 1 && ports.size() != hosts) {
            throw new IllegalArgumentException("there are " + hosts + " hosts and " + ports.size()
                    + " ports, accepted: one port, or one for each host");
        }
        List<Integer> different = ports.stream()
                .map(port -> port == 0 ? DEFAULT_PORT : port)
                .distinct()
                .toList();
        if (different.size() > 1) {
            throw new IllegalArgumentException("the hosts have different ports, accepted: hosts of one port,"
                    + " postgresql://user:password@host1:port,host2:port/dbname; else a database for each of them");
        }
        return different.get(0);
    }

    private static String withoutScheme(String url) {
        for (String scheme : new String[] {"postgresql://", "postgres://"}) {
            if (url.regionMatches(true, 0, scheme, 0, scheme.length())) {
                return url.substring(scheme.length());
            }
        }
        throw new IllegalArgumentException("not a connection URL, " + FORM);
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (name.indexOf('@') >= 0 || name.indexOf('/') >= 0) {
                throw new IllegalArgumentException("a parameter's name contains a / or an @, " + FORM + ENCODE);
            }
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            parameters.put(
                    PercentCode.decode(name, "a parameter's name"), PercentCode.decode(value, "a parameter's value"));
        }
        return parameters;
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /**
     * One of the places behind the user.
     *
     * @param host empty if missing
     * @param port 0 if missing
     */
    private record HostAndPort(String host, int port) {

        static HostAndPort parse(String text) {
            if (text.startsWith("[")) {
                int bracket = text.indexOf(']');
                String after = bracket < 0 ? "" : text.substring(bracket + 1);
                if (bracket < 0 || !(after.isEmpty() || after.startsWith(":"))) {
                    throw new IllegalArgumentException("an IPv6 address is written [::1]:5432" + ENCODE);
                }
                return new HostAndPort(text.substring(1, bracket), after.isEmpty() ? 0 : port(after.substring(1)));
            }
            int colon = text.indexOf(':');
            String host = PercentCode.decode(colon < 0 ? text : text.substring(0, colon), "the host");
            return new HostAndPort(host, colon < 0 ? 0 : port(text.substring(colon + 1)));
        }

        /** An empty port is a missing one, as in libpq. */
        static int port(String text) {
            if (text.isEmpty()) {
                return 0;
            }
            int port =
                    text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9') ? Integer.parseInt(text) : 0;
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("the port is not a number from 1 to 65535, " + FORM + ENCODE);
            }
            return port;
        }
    }

    /** Without the parameters' values, of which an unknown one could be a secret too. */
    @Override
    public String toString() {
        return "DatabaseUrl[user=" + user + ", password=" + password + ", host=" + host + ", port=" + port + ", dbname="
                + dbname + ", parameters=" + parameters.keySet() + "]";
    }
}
