package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.tls.TestAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories that are asked by TLS, from the first byte ({@code ldaps}) or by StartTLS: one database for each. */
@ExtendWith(RealPostgres.class)
final class LdapTlsIT {
    private static final TestAuthority AUTHORITY = new TestAuthority("authority");
    private static final TestAuthority STRANGE = new TestAuthority("strange authority");

    private static final List<InMemoryDirectoryServer> DIRECTORIES = new ArrayList<>();

    @TempDir
    private static Path directory;

    private static LdapLogins weir;

    @BeforeAll
    static void start(TestDatabase database) throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        SSLContext good = context(AUTHORITY, "127.0.0.1");
        SSLContext strange = context(STRANGE, "127.0.0.1");
        SSLContext otherName = context(AUTHORITY, "ldap.example");
        for (boolean fromTheBeginning : new boolean[] {true, false}) {
            String how = fromTheBeginning ? "ldaps" : "starttls";
            String reached = directory(good, fromTheBeginning);
            options.put(how, reached);
            // It expects StartTLS, and gets a handshake; the other one, below, knows no TLS at all.
            options.put("plain", reached.replace("ldaptls=1", "ldapscheme=ldaps"));
            options.put(how + "strange", directory(strange, fromTheBeginning));
            options.put(how + "othername", directory(otherName, fromTheBeginning));
        }
        options.put("nostarttls", directory(InMemoryListenerConfig.createLDAPConfig("test"), "ldaptls=1"));
        StringBuilder rules = new StringBuilder();
        options.forEach((name, how) -> {
            rules.append("host ").append(name).append(" all all ldap ").append(how);
            rules.append(" ldapserver=127.0.0.1 ldapprefix=\"cn=\" ldapsuffix=\",dc=example,dc=com\"\n");
        });
        weir = LdapLogins.start(
                database,
                PgWeirProcess.builder()
                        .jvmOption("-Djavax.net.ssl.trustStore=" + trusted())
                        .jvmOption("-Djavax.net.ssl.trustStorePassword=nothing secret"),
                directory,
                options.keySet(),
                rules.toString());
    }

    private static SSLContext context(TestAuthority authority, String name) {
        return authority.clientContext(authority.issue("directory", name));
    }

    /** Starts one; what a rule has to say to reach it. */
    private static String directory(SSLContext tls, boolean fromTheBeginning) throws LDAPException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return directory(
                fromTheBeginning
                        ? InMemoryListenerConfig.createLDAPSConfig(
                                "test", loopback, 0, tls.getServerSocketFactory(), tls.getSocketFactory())
                        : InMemoryListenerConfig.createLDAPConfig("test", loopback, 0, tls.getSocketFactory()),
                fromTheBeginning ? "ldapscheme=ldaps" : "ldaptls=1");
    }

    private static String directory(InMemoryListenerConfig listener, String scheme) throws LDAPException {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
        config.setListenerConfigs(listener);
        // The usual one takes the better part of a second to read.
        config.setSchema(null);
        InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
        try {
            server.add("dn: dc=example,dc=com", "objectClass: domain", "dc: example");
            server.add(
                    "dn: cn=alice,dc=example,dc=com",
                    "objectClass: inetOrgPerson",
                    "cn: alice",
                    "sn: x",
                    "userPassword: pencil");
        } catch (LDIFException e) {
            throw new IllegalStateException(e);
        }
        server.startListening();
        DIRECTORIES.add(server);
        return scheme + " ldapport=" + server.getListenPort();
    }

    private static Path trusted() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", AUTHORITY.own().certificate());
        Path file = directory.resolve("trusted.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, "nothing secret".toCharArray());
        }
        return file;
    }

    @AfterAll
    static void stop() {
        weir.close();
        DIRECTORIES.forEach(server -> server.shutDown(true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ldaps", "starttls"})
    void letsInWhomTheDirectoryKnows(String database) throws IOException {
        weir.letsIn("alice", database, "pencil");
        assertThat(weir.error("alice", database, "crayon")).isEqualTo("LDAP authentication failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ldapsstrange", "ldapsothername", "starttlsstrange", "starttlsothername", "plain", "nostarttls"})
    void tellsNoPasswordToADirectoryThatItCannotVerify(String database) throws IOException {
        assertThat(weir.error("alice", database, "pencil")).isEqualTo("LDAP authentication failed");
    }

    @Test
    void saysWhyInTheLog() throws IOException {
        assertThat(weir.error("alice", "ldapsstrange", "pencil")).isEqualTo("LDAP authentication failed");
        weir.process().awaitLine("no directory can be reached: 127.0.0.1:");
        assertThat(weir.process().lines()).noneMatch(line -> line.contains("pencil"));
    }
}
