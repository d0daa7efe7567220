package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passwords that a directory judges, by each way of asking it: one database for each. */
@ExtendWith(RealPostgres.class)
final class LdapIT {
    @TempDir
    private static Path directory;

    private static InMemoryDirectoryServer ldap;
    private static LdapLogins weir;

    @BeforeAll
    static void start(TestDatabase database) throws LDAPException, LDIFException, IOException {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
        config.setListenerConfigs(InMemoryListenerConfig.createLDAPConfig("test", 0));
        config.addAdditionalBindCredentials("cn=reader", "secret of reader");
        ldap = new InMemoryDirectoryServer(config);
        ldap.add("dn: dc=example,dc=com", "objectClass: domain", "dc: example");
        for (String name : List.of("alice", "twin")) {
            person("cn=" + name + ",dc=example,dc=com", name);
        }
        ldap.add("dn: ou=more,dc=example,dc=com", "objectClass: organizationalUnit", "ou: more");
        person("cn=twin,ou=more,dc=example,dc=com", "twin");
        ldap.startListening();
        String server = "ldapserver=127.0.0.1 ldapport=" + ldap.getListenPort();
        String rules = """
                host simple all all ldap %1$s ldapprefix="cn=" ldapsuffix=",dc=example,dc=com"
                host search all all ldap %1$s ldapbasedn="dc=example,dc=com" ldapbinddn=cn=reader ldapbindpasswd="secret of reader"
                host filter all all ldap %1$s ldapbasedn="dc=example,dc=com" ldapsearchfilter="(&(objectClass=person)(uid=$username))"
                host url all all ldap ldapurl="ldap://127.0.0.1:%2$d/dc=example,dc=com?uid?one"
                host badreader all all ldap %1$s ldapbasedn="dc=example,dc=com" ldapbinddn=cn=reader ldapbindpasswd=wrong
                host second all all ldap ldapserver="127.0.0.2 127.0.0.1" ldapport=%2$d ldapprefix="cn=" ldapsuffix=",dc=example,dc=com"
                host down all all ldap ldapserver=127.0.0.1 ldapport=%3$d ldapprefix="cn="
                """.formatted(server, ldap.getListenPort(), PostgresInstance.freePort());
        weir = LdapLogins.start(
                database,
                PgWeirProcess.builder(),
                directory,
                List.of("simple", "search", "filter", "url", "badreader", "second", "down"),
                rules);
    }

    private static void person(String dn, String uid) throws LDAPException, LDIFException {
        ldap.add(
                "dn: " + dn,
                "objectClass: inetOrgPerson",
                "cn: " + uid,
                "sn: x",
                "uid: " + uid,
                "userPassword: pencil");
    }

    @AfterAll
    static void stop() {
        weir.close();
        ldap.shutDown(true);
    }

    @ParameterizedTest
    @CsvSource({"simple, alice", "search, alice", "filter, alice", "url, twin", "second, alice"})
    void letsInWhomTheDirectoryKnows(String database, String user) throws IOException {
        weir.letsIn(user, database, "pencil");
    }

    @ParameterizedTest
    @CsvSource({
        "simple, alice, crayon",
        "simple, nobody, pencil",
        "simple, 'alice,dc=example', pencil",
        "search, alice, crayon",
        "search, twin, pencil",
        "search, *, pencil",
        "filter, 'alice)(uid=*', pencil",
        "badreader, alice, pencil",
        "down, alice, pencil"
    })
    void refusesEverybodyElse(String database, String user, String password) throws IOException {
        assertThat(weir.error(user, database, password)).isEqualTo("LDAP authentication failed");
    }

    @Test
    void emptyPasswordIsNoAnonymousBind() throws IOException {
        assertThat(weir.error("alice", "simple", "")).isEqualTo("LDAP authentication failed");
    }

    @Test
    void saysWhyInTheLogWithoutAPassword() throws IOException {
        assertThat(weir.error("alice", "down", "pencil")).isEqualTo("LDAP authentication failed");
        weir.process().awaitLine("no directory can be reached: 127.0.0.1:");
        assertThat(weir.error("alice", "badreader", "pencil")).isEqualTo("LDAP authentication failed");
        weir.process().awaitLine("login refused: the directory: 49");
        assertThat(weir.process().lines())
                .noneMatch(line -> line.contains("secret of reader") || line.contains("pencil"));
    }
}
