package dev.pgweir.config.load;

import dev.pgweir.config.hba.HbaMethod;
import dev.pgweir.config.hba.HbaRule;
import dev.pgweir.config.hba.HbaRule.Connection;
import dev.pgweir.config.hba.HbaTokens;
import dev.pgweir.config.hba.HbaTokens.Token;
import dev.pgweir.config.hba.IdentMap;
import dev.pgweir.config.hba.LdapOptions;
import dev.pgweir.config.hba.Names;
import dev.pgweir.config.value.AddressRange;
import dev.pgweir.config.value.AddressText;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads an {@code auth_hba_file}: PostgreSQL's format, less what a pooler cannot know (roles within roles) and host names.
 * A line that is wrong is reported and left out.
 */
final class HbaReader {

    /** A file that names others for its lists, which may do the same. */
    private static final int MAX_DEPTH = 5;

    private static final int MAX_LIST_BYTES = 4 << 20;

    private final Path file;
    private final Map<String, IdentMap> maps;
    private final Problems problems;

    private HbaReader(Path file, Map<String, IdentMap> maps, Problems problems) {
        this.file = file;
        this.maps = maps;
        this.problems = problems;
    }

    /**
     * Reads {@code text}.
     *
     * @param file its name, for messages and as the place from which lists in other files are found
     * @param maps those there are
     */
    static List<HbaRule> read(Path file, String text, Map<String, IdentMap> maps, Problems problems) {
        HbaReader reader = new HbaReader(file, maps, problems);
        List<HbaRule> rules = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            HbaRule rule = reader.line(line, number);
            if (rule != null) {
                rules.add(rule);
            }
        }
        return rules;
    }

    private @Nullable HbaRule line(String text, int number) {
        Words words = null;
        try {
            words = new Words(HbaTokens.of(text));
            return words.atEnd() ? null : rule(words, number);
        } catch (IllegalArgumentException e) {
            int column = words == null ? 1 : words.column();
            problems.error(
                    new Origin(file.toString(), number, column),
                    "",
                    "could not parse hba config line " + number + ": " + e.getMessage());
            return null;
        }
    }

    private HbaRule rule(Words words, int number) {
        Connection connection = connection(words.next("local, host, hostssl or hostnossl"));
        Names databases = names(words, true);
        Names users = names(words, false);
        AddressRange addresses = connection == Connection.LOCAL ? null : addresses(words, number);
        HbaMethod method = method(words.next("a method"));
        if (method == HbaMethod.PEER && connection != Connection.LOCAL) {
            throw new IllegalArgumentException("peer is for local connections only");
        }
        if (method == HbaMethod.CERT && connection != Connection.HOSTSSL) {
            throw new IllegalArgumentException("cert is for hostssl connections only");
        }
        return new HbaRule(number, connection, databases, users, addresses, method, options(words, connection, method));
    }

    private static Connection connection(Token token) {
        for (Connection each : Connection.values()) {
            if (!token.quoted() && each.name().toLowerCase(Locale.ROOT).equals(token.text())) {
                return each;
            }
        }
        throw new IllegalArgumentException("unknown type, accepted: local, host, hostssl, hostnossl");
    }

    private static HbaMethod method(Token token) {
        for (HbaMethod each : HbaMethod.values()) {
            if (each.text().equals(token.text())) {
                return each;
            }
        }
        throw new IllegalArgumentException("unsupported method, accepted: "
                + Arrays.stream(HbaMethod.values()).map(HbaMethod::text).collect(Collectors.joining(", ")));
    }

    // ---- names ----

    private Names names(Words words, boolean ofDatabases) {
        NameList list = new NameList();
        do {
            name(words.next(ofDatabases ? "a database" : "a user"), ofDatabases, list, file, 0);
        } while (words.isListed());
        return list.names();
    }

    private void name(Token token, boolean ofDatabases, NameList list, Path in, int depth) {
        String text = token.text();
        if (token.quoted()) {
            list.names.add(text);
        } else if (text.startsWith("@")) {
            listFile(in.resolveSibling(text.substring(1)), ofDatabases, list, depth);
        } else if (text.equals("all")) {
            list.all = true;
        } else if (ofDatabases && text.equals("sameuser")) {
            list.same = true;
        } else if (ofDatabases && text.equals("replication")) {
            list.replication = true;
        } else if (ofDatabases && (text.equals("samerole") || text.equals("samegroup"))) {
            throw new IllegalArgumentException(
                    text + " is not supported: PgWeir does not know who is a member of what");
        } else if (text.startsWith("+")) {
            throw new IllegalArgumentException(
                    "members of a role (+) are not supported: PgWeir does not know who is a member of what");
        } else if (text.startsWith("/")) {
            throw new IllegalArgumentException(
                    "regular expressions are not supported, put a name that begins with / in quotes");
        } else {
            list.names.add(text);
        }
    }

    private void listFile(Path listed, boolean ofDatabases, NameList list, int depth) {
        if (depth == MAX_DEPTH) {
            throw new IllegalArgumentException("files of names are nested more than " + MAX_DEPTH + " deep");
        }
        try {
            for (String line : FileText.read(listed, MAX_LIST_BYTES).lines().toList()) {
                HbaTokens.of(line).forEach(token -> name(token, ofDatabases, list, listed, depth + 1));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(listed + ": " + e.getMessage(), e);
        }
    }

    private static final class NameList {
        final Set<String> names = new HashSet<>();
        boolean all;
        boolean same;
        boolean replication;

        Names names() {
            return new Names(all, same, replication, names);
        }
    }

    // ---- addresses ----

    private @Nullable AddressRange addresses(Words words, int number) {
        Token token = words.next("an address");
        if (!token.quoted() && token.text().equals("all")) {
            return null;
        }
        int slash = token.text().indexOf('/');
        AddressRange range;
        if (slash < 0) {
            InetAddress address = address(token.text());
            range = AddressRange.of(address, address(words.next("a mask").text()));
        } else {
            InetAddress address = address(token.text().substring(0, slash));
            range = AddressRange.of(address, bits(token.text().substring(slash + 1)));
        }
        if (range.isEmpty()) {
            problems.warn(
                    new Origin(file.toString(), number, token.column()),
                    "",
                    "the address has bits outside the mask: this rule never fits");
        }
        return range;
    }

    private static int bits(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the length of a prefix is a number", e);
        }
    }

    private static InetAddress address(String text) {
        try {
            return AddressText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "not an address, accepted: an IPv4 or IPv6 address with /bits or a mask, or all", e);
        }
    }

    // ---- options ----

    private Map<String, String> options(Words words, Connection connection, HbaMethod method) {
        Map<String, String> options = new HashMap<>();
        while (!words.atEnd()) {
            String text = words.next("an option").text();
            int equals = text.indexOf('=');
            String name = equals < 0 ? text : text.substring(0, equals);
            String value = equals < 0 ? "" : text.substring(equals + 1);
            if (equals < 0 || !takes(connection, method, name)) {
                throw new IllegalArgumentException("unsupported parameter " + name + " of " + method.text());
            }
            if (name.equals("map") && !maps.containsKey(value)) {
                throw new IllegalArgumentException("there is no map " + value + " in auth_ident_file");
            }
            if (name.equals("clientcert") && !value.equals("verify-full") && !value.equals("verify-ca")) {
                throw new IllegalArgumentException("clientcert is verify-ca or verify-full");
            }
            options.put(name, value);
        }
        if (method == HbaMethod.LDAP) {
            check(options);
        }
        return options;
    }

    private static void check(Map<String, String> options) {
        Map<String, String> ofDirectory = new HashMap<>(options);
        ofDirectory.remove("clientcert");
        LdapOptions.of(ofDirectory);
    }

    private static boolean takes(Connection connection, HbaMethod method, String option) {
        return switch (option) {
            case "map" -> method == HbaMethod.PEER || method == HbaMethod.CERT;
            case "clientcert" -> connection == Connection.HOSTSSL;
            default -> method == HbaMethod.LDAP && LdapOptions.isName(option);
        };
    }

    /** The words of a line, one after the other. */
    private static final class Words {
        private final List<Token> tokens;
        private int next;

        Words(List<Token> tokens) {
            this.tokens = tokens;
        }

        boolean atEnd() {
            return next == tokens.size();
        }

        /** Whether the next word belongs to the list of the last one. */
        boolean isListed() {
            return !atEnd() && tokens.get(next).joined();
        }

        Token next(String what) {
            if (atEnd()) {
                throw new IllegalArgumentException("the line ends where " + what + " should be");
            }
            return tokens.get(next++);
        }

        /** Of the word that was read last. */
        int column() {
            return next == 0 ? 1 : tokens.get(next - 1).column();
        }
    }
}
