package dev.pgweir.proxy.demo;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.postgresql.ds.PGSimpleDataSource;

/** A connection URL taken apart, as far as the demo's own connections need it. */
record ServerUrl(String host, int port, String database, String user, String password, String sslmode) {

    static ServerUrl parse(String url) {
        try {
            URI uri = new URI(url);
            String[] login = uri.getRawUserInfo() == null
                    ? new String[] {""}
                    : uri.getRawUserInfo().split(":", 2);
            String user = decode(login[0]);
            if (uri.getHost() == null || user.isEmpty()) {
                throw new DemoException("DATABASE_URL must be postgresql://user:password@host:port/database");
            }
            String path = decode(uri.getRawPath().replaceFirst("^/", ""));
            return new ServerUrl(
                    uri.getHost(),
                    uri.getPort() < 0 ? 5432 : uri.getPort(),
                    path.isEmpty() ? user : path,
                    user,
                    login.length == 1 ? "" : decode(login[1]),
                    parameter(uri, "sslmode", "prefer"));
        } catch (URISyntaxException e) {
            // Not the exception's text: it repeats the URL with the password.
            throw new DemoException("DATABASE_URL is no URL; special characters in it must be percent-encoded");
        }
    }

    /** For pgjdbc. */
    String jdbcUrl() {
        return "jdbc:postgresql://" + host + ":" + port + "/" + encode(database) + "?sslmode=" + encode(sslmode);
    }

    /** A connection of the application's user. */
    Connection connect(String applicationName) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl());
        source.setApplicationName(applicationName);
        // Statements without a name: in transaction mode a named one may be looked for on another server connection.
        source.setPrepareThreshold(0);
        return source.getConnection(user, password);
    }

    /** Through PgWeir: all the same but host and port. */
    ServerUrl at(String otherHost, int otherPort) {
        return new ServerUrl(otherHost, otherPort, database, user, password, "disable");
    }

    /** As a person types it; the password only if it is shown anyway. */
    String text(String shownDatabase, boolean showPassword) {
        String secret = password.isEmpty() ? "" : ":" + (showPassword ? encode(password) : "…");
        return "postgresql://" + encode(user) + secret + "@" + host + ":" + port + "/" + encode(shownDatabase);
    }

    private static String parameter(URI uri, String name, String otherwise) {
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        return Arrays.stream(query.split("&", -1))
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> decode(pair.substring(name.length() + 1)))
                .findFirst()
                .orElse(otherwise);
    }

    private static String decode(String text) {
        // In these parts of a URL a plus is a plus.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
