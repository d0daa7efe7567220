package dev.pgweir.config.hba;

import dev.pgweir.config.value.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a directory is asked whether a password is right, in PostgreSQL's words for it (chapter "LDAP Authentication"): by
 * binding as {@code prefix + user + suffix}, or by searching for the user below a base and binding as what was found.
 *
 * @param hosts the servers, in the order in which they are tried
 * @param port 1 to 65535
 * @param ldaps TLS from the first byte
 * @param startTls TLS by StartTLS
 * @param baseDn where the search begins; empty: no search
 * @param bindDn who searches; empty: anonymous
 * @param bindPassword that one's password
 * @param filter with {@code $username} where the escaped name goes
 * @param scope {@code base}, {@code one} or {@code sub}
 */
public record LdapOptions(
        List<String> hosts,
        int port,
        boolean ldaps,
        boolean startTls,
        String prefix,
        String suffix,
        String baseDn,
        String bindDn,
        Secret bindPassword,
        String filter,
        String scope) {

    private static final Set<String> NAMES = Set.of(
            "ldapserver",
            "ldapport",
            "ldapscheme",
            "ldaptls",
            "ldapprefix",
            "ldapsuffix",
            "ldapbasedn",
            "ldapbinddn",
            "ldapbindpasswd",
            "ldapsearchattribute",
            "ldapsearchfilter",
            "ldapurl");

    public LdapOptions {
        hosts = List.copyOf(hosts);
    }

    /** Whether there is an option of that name. */
    public static boolean isName(String name) {
        return NAMES.contains(name);
    }

    /**
     * Reads {@code auth_ldap_options}: name=value, separated by blanks, quoted where they contain some.
     *
     * @throws IllegalArgumentException with what is wrong; never with a password
     */
    public static LdapOptions parse(String text) {
        Map<String, String> options = new LinkedHashMap<>();
        for (HbaTokens.Token token : HbaTokens.of(text)) {
            int equals = token.text().indexOf('=');
            String name = equals < 0 ? "" : token.text().substring(0, equals);
            if (!isName(name)) {
                throw new IllegalArgumentException("an option is none of "
                        + String.join(", ", NAMES.stream().sorted().toList())
                        + ", each with = and its value, in quotes if that has blanks or commas");
            }
            options.put(name, token.text().substring(equals + 1));
        }
        return of(options);
    }

    /**
     * Reads options by name.
     *
     * @throws IllegalArgumentException with what is wrong; never with a password
     */
    public static LdapOptions of(Map<String, String> given) {
        Map<String, String> options = new LinkedHashMap<>(given);
        String url = options.remove("ldapurl");
        if (url != null) {
            fromUrl(url, options);
        }
        String servers = options.getOrDefault("ldapserver", "");
        if (servers.isBlank()) {
            throw new IllegalArgumentException("ldap needs ldapserver or ldapurl");
        }
        boolean ldaps = choice(options, "ldapscheme", "ldap", "ldaps");
        String base = options.getOrDefault("ldapbasedn", "");
        boolean simple = options.containsKey("ldapprefix") || options.containsKey("ldapsuffix");
        boolean search = options.keySet().stream()
                .anyMatch(name -> name.startsWith("ldapsearch") || name.startsWith("ldapb") || name.equals("scope"));
        if (simple && search) {
            throw new IllegalArgumentException(
                    "ldapprefix and ldapsuffix bind at once, ldapbasedn and its like search first: one of the two");
        }
        if (!simple && base.isEmpty()) {
            throw new IllegalArgumentException("ldap needs ldapbasedn, ldapprefix or ldapsuffix");
        }
        if (options.containsKey("ldapsearchattribute") && options.containsKey("ldapsearchfilter")) {
            throw new IllegalArgumentException("one of ldapsearchattribute and ldapsearchfilter");
        }
        if (options.containsKey("ldapsearchfilter")
                && !options.get("ldapsearchfilter").contains("$username")) {
            throw new IllegalArgumentException(
                    "ldapsearchfilter needs $username: else one person's password is everybody's");
        }
        return new LdapOptions(
                Arrays.asList(servers.strip().split("\\s+")),
                port(options.getOrDefault("ldapport", ldaps ? "636" : "389")),
                ldaps,
                choice(options, "ldaptls", "0", "1"),
                options.getOrDefault("ldapprefix", ""),
                options.getOrDefault("ldapsuffix", ""),
                base,
                options.getOrDefault("ldapbinddn", ""),
                Secret.of(options.getOrDefault("ldapbindpasswd", "")),
                options.getOrDefault(
                        "ldapsearchfilter", "(" + options.getOrDefault("ldapsearchattribute", "uid") + "=$username)"),
                options.getOrDefault("scope", "sub"));
    }

    /** Whether the user is searched for. */
    public boolean searches() {
        return !baseDn.isEmpty();
    }

    private static boolean choice(Map<String, String> options, String name, String no, String yes) {
        String value = options.getOrDefault(name, no);
        if (!value.equals(no) && !value.equals(yes)) {
            throw new IllegalArgumentException(name + " is " + no + " or " + yes);
        }
        return value.equals(yes);
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException("ldapport is a number from 1 to 65535");
    }

    /** RFC 4516: {@code ldap[s]://host[:port]/base[?attribute[?scope[?filter]]]}. */
    private static void fromUrl(String text, Map<String, String> options) {
        URI url;
        try {
            url = new URI(text.replace(" ", "%20"));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("ldapurl is no URL", e);
        }
        if (url.getScheme() == null || !Set.of("ldap", "ldaps").contains(url.getScheme()) || url.getHost() == null) {
            throw new IllegalArgumentException("ldapurl is ldap://host[:port]/base[?attribute[?scope[?filter]]]");
        }
        options.put("ldapscheme", url.getScheme());
        options.put("ldapserver", url.getHost());
        if (url.getPort() > 0) {
            options.put("ldapport", Integer.toString(url.getPort()));
        }
        String path = decoded(url.getRawPath());
        if (path.length() > 1) {
            options.put("ldapbasedn", path.substring(1));
        }
        String[] parts = (url.getRawQuery() == null ? "" : url.getRawQuery()).split("\\?", -1);
        if (!parts[0].isEmpty()) {
            options.put("ldapsearchattribute", decoded(parts[0]));
        }
        if (parts.length > 1 && !parts[1].isEmpty()) {
            if (!Set.of("base", "one", "sub").contains(parts[1])) {
                throw new IllegalArgumentException("the scope of ldapurl is base, one or sub");
            }
            options.put("scope", parts[1]);
        }
        if (parts.length > 2 && !parts[2].isEmpty()) {
            options.remove("ldapsearchattribute");
            options.put("ldapsearchfilter", decoded(parts[2]));
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
