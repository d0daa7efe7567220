package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.hba.HbaClient;
import dev.pgweir.config.hba.HbaRule;
import dev.pgweir.config.hba.HbaRules;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which rule counts for whom, and what is said of a file that is wrong. */
final class HbaFilesTest {
    private static final String HEAD = """
            [pgweir]
            auth_type = "hba"
            auth_hba_file = "pg_hba.conf"
            auth_ident_file = "pg_ident.conf"
            [databases.app]
            host = "h"
            [users.alice]
            password = "x"
            """;

    @TempDir
    private Path directory;

    private Loading loading;

    @BeforeEach
    void ident() {
        loading = new Loading(directory);
        loading.write("pg_ident.conf", "# comment\nm  root  alice\nm \"cn with blank\" all\n");
    }

    @Test
    void firstRuleThatFitsCounts() {
        HbaRules rules = rules("""
                # TYPE DATABASE USER ADDRESS METHOD
                local all all peer map=m
                host app alice,"all" 10.0.0.0/8 reject   # not from there
                hostssl sameuser all 0.0.0.0 0.0.0.0 cert map=m
                hostnossl b, c, d bob 192.168.1.7/32 md5
                host replication all all password
                host all all ::/0 scram-sha-256
                """);

        assertThat(line(rules, null, false, "x", "y")).isEqualTo(2);
        assertThat(line(rules, "10.1.2.3", false, "app", "alice")).isEqualTo(3);
        assertThat(line(rules, "10.1.2.3", true, "app", "all")).isEqualTo(3);
        assertThat(line(rules, "10.1.2.3", true, "app", "bob")).isZero();
        assertThat(line(rules, "11.1.2.3", true, "bob", "bob")).isEqualTo(4);
        assertThat(line(rules, "11.1.2.3", false, "bob", "bob")).isZero();
        assertThat(line(rules, "192.168.1.7", false, "c", "bob")).isEqualTo(5);
        assertThat(line(rules, "192.168.1.7", true, "c", "bob")).isZero();
        assertThat(line(rules, "192.168.1.8", false, "c", "bob")).isZero();
        assertThat(line(rules, "::1", false, "c", "bob")).isEqualTo(7);
        assertThat(rules.find(new HbaClient(address("::1"), false, "app", "bob", true))
                        .map(HbaRule::line))
                .contains(6);
    }

    @Test
    void physicalReplicationIsNotAllDatabases() {
        HbaRules rules = rules("host all all all trust\n");
        assertThat(rules.find(new HbaClient(address("::1"), false, "replication", "bob", true)))
                .isEmpty();
        assertThat(line(rules, "1.2.3.4", false, "replication", "bob")).isEqualTo(1);
    }

    @Test
    void mapsSayWhoMayLogInAsWhom() {
        HbaRules rules = rules("local all all peer map=m\nlocal all all peer\n");
        HbaRule mapped = rules.rules().get(0);
        assertThat(rules.allows(mapped, "root", "alice")).isTrue();
        assertThat(rules.allows(mapped, "root", "root")).isFalse();
        assertThat(rules.allows(mapped, "cn with blank", "anybody")).isTrue();
        assertThat(rules.allows(rules.rules().get(1), "root", "root")).isTrue();
        assertThat(rules.allows(rules.rules().get(1), "root", "alice")).isFalse();
    }

    @Test
    void namesStandInOtherFilesToo() {
        loading.write("names", "alice, bob # two\ncarol @more");
        loading.write("more", "dave");
        HbaRules rules = rules("host all @names all trust\n");
        assertThat(line(rules, "1.2.3.4", false, "x", "dave")).isEqualTo(1);
        assertThat(line(rules, "1.2.3.4", false, "x", "carol")).isEqualTo(1);
        assertThat(line(rules, "1.2.3.4", false, "x", "erin")).isZero();
    }

    @Test
    void ruleWithBitsOutsideItsMaskNeverFitsAndIsWarnedOf() {
        loading.write("pg_hba.conf", "host all all 10.0.0.1/8 trust\n");
        LoadResult result = loading.load(HEAD, Map.of());
        assertThat(loading.lines(result.warnings()))
                .anyMatch(line -> line.contains("pg_hba.conf:1:14") && line.contains("never fits"));
        assertThat(line(rules("host all all 10.0.0.1/8 trust\n"), "10.0.0.1", false, "x", "y"))
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "nohost all all all trust; 1; unknown type",
                "host all; 6; the line ends where a user should be",
                "host all all example.com trust; 14; not an address",
                "host all all 10.0.0.0/33 trust; 14; a prefix has 0 to 32 bits",
                "host all all 10.0.0.0 ff::1 trust; 23; address and mask are of different families",
                "host all all 10.0.0.0/x trust; 14; the length of a prefix is a number",
                "host all all 10.1 255.0.0.0 trust; 14; not an address",
                "host all all be.ef.fa.ce 255.0.0.0 trust; 14; not an address",
                "host all all 10.0.0.256/8 trust; 14; not an address",
                "host all all 010.0.0.1/32 trust; 14; not an address",
                "host all all 10.0.0.1./32 trust; 14; not an address",
                "host all all all ldap ldapserver=h ldapbasedn=x ldapsearchfilter=(uid=a); 49; needs $username",
                "host all all samehost trust; 14; not an address",
                "host all all all pam; 18; unsupported method",
                "host all +staff all trust; 10; members of a role",
                "host samerole all all trust; 6; samerole is not supported",
                "host all /x all trust; 10; regular expressions are not supported",
                "host all all all trust map=m; 24; unsupported parameter map of trust",
                "hostssl all all all cert map=none; 26; there is no map none",
                "host all all all cert; 18; cert is for hostssl connections only",
                "host all all all peer; 18; peer is for local connections only",
                "host all @nosuchfile all trust; 10; there is no such file",
                "host all \"all all trust; 1; a double quote is open",
                "host all all all ldap ldapnonsense=1; 23; unsupported parameter ldapnonsense",
                "hostssl all all all md5 clientcert=1; 25; clientcert is verify-ca or verify-full"
            })
    void mistakesAreToldByLineAndColumn(String line, int column, String problem) {
        loading.write("pg_hba.conf", "\n" + line + "\n");
        LoadResult result = loading.load(HEAD, Map.of());
        assertThat(loading.lines(result.errors()))
                .singleElement()
                .asString()
                .contains("pg_hba.conf:2:" + column)
                .contains("could not parse hba config line 2: ")
                .contains(problem);
    }

    @Test
    void mistakesInMapsAreToldByLine() {
        loading.write("pg_hba.conf", "local all all trust\n");
        loading.write("pg_ident.conf", "m a\nm a b c\nm /^a b\n");
        assertThat(loading.errors(HEAD))
                .hasSize(3)
                .anyMatch(line -> line.contains("pg_ident.conf:1:1"))
                .anyMatch(line -> line.contains("pg_ident.conf:2:1"))
                .anyMatch(line -> line.contains("regular expressions are not supported"));
    }

    @Test
    void hbaNeedsItsFile() {
        assertThat(loading.errors(HEAD)).anyMatch(line -> line.contains("auth_hba_file"));
        assertThat(loading.errors(HEAD.replace("auth_hba_file = \"pg_hba.conf\"\n", "")))
                .anyMatch(line -> line.contains("hba needs rules"));
    }

    @Test
    void passwordsOfRulesAreNotShown() {
        HbaRules rules = rules("host all all all ldap ldapserver=h ldapbasedn=dc=x ldapbindpasswd=\"top secret\"\n");
        assertThat(rules.toString()).doesNotContain("top secret");
        assertThat(rules.rules().get(0).options()).containsEntry("ldapbindpasswd", "top secret");
    }

    private HbaRules rules(String text) {
        loading.write("pg_hba.conf", text);
        return loading.config(HEAD).hba();
    }

    /** The number of the line that counts; 0: none. */
    private static int line(HbaRules rules, @Nullable String from, boolean tls, String database, String user) {
        return rules.find(new HbaClient(from == null ? null : address(from), tls, database, user, false))
                .map(HbaRule::line)
                .orElse(0);
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
