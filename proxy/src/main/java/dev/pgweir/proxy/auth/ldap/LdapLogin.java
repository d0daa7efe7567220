package dev.pgweir.proxy.auth.ldap;

import com.unboundid.ldap.sdk.ExtendedResult;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import dev.pgweir.config.hba.LdapOptions;
import dev.pgweir.proxy.auth.PasswordJudge.Verdict;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;

/** One check of one password. Blocks, each step for {@value #TIMEOUT_MILLIS} ms at most. */
final class LdapLogin {
    static final int TIMEOUT_MILLIS = 5_000;

    /** What would make a name more than a name inside a DN (RFC 4514), and what PostgreSQL refuses too. */
    private static final Pattern UNSAFE = Pattern.compile("[,+\"\\\\<>;=#\\x00/()*]|^ | $");

    private final LdapOptions options;

    LdapLogin(LdapOptions options) {
        this.options = options;
    }

    Verdict check(String user, String password) {
        if (UNSAFE.matcher(user).find()) {
            return Verdict.wrong("the user's name has a character that LDAP takes for its own");
        }
        String why = "there is no server";
        for (String host : options.hosts()) {
            LDAPConnection connection;
            try {
                connection = connect(host);
            } catch (LDAPException | NoSuchAlgorithmException e) {
                why = host + ":" + options.port() + ": " + e.getMessage();
                continue;
            }
            try {
                return options.searches() ? search(connection, user, password) : bind(connection, name(user), password);
            } catch (LDAPException e) {
                return Verdict.unknown("the directory: " + e.getResultCode() + ", " + e.getMessage());
            } finally {
                connection.close();
            }
        }
        return Verdict.unknown("no directory can be reached: " + why);
    }

    private String name(String user) {
        return options.prefix() + user + options.suffix();
    }

    private LDAPConnection connect(String host) throws LDAPException, NoSuchAlgorithmException {
        LDAPConnectionOptions how = new LDAPConnectionOptions();
        how.setConnectTimeoutMillis(TIMEOUT_MILLIS);
        how.setResponseTimeoutMillis(TIMEOUT_MILLIS);
        how.setFollowReferrals(false);
        how.setSSLSocketVerifier(new DirectoryName());
        SocketFactory sockets =
                options.ldaps() ? SSLContext.getDefault().getSocketFactory() : SocketFactory.getDefault();
        LDAPConnection connection = new LDAPConnection(sockets, how, host, options.port());
        if (options.startTls()) {
            try {
                ExtendedResult answer =
                        connection.processExtendedOperation(new StartTLSExtendedRequest(SSLContext.getDefault()));
                if (!answer.getResultCode().equals(ResultCode.SUCCESS)) {
                    throw new LDAPException(answer);
                }
            } catch (LDAPException e) {
                connection.close();
                throw e;
            }
        }
        return connection;
    }

    private Verdict search(LDAPConnection connection, String user, String password) throws LDAPException {
        if (!options.bindDn().isEmpty()) {
            connection.bind(options.bindDn(), options.bindPassword().reveal());
        }
        SearchRequest request = new SearchRequest(
                options.baseDn(),
                switch (options.scope()) {
                    case "base" -> SearchScope.BASE;
                    case "one" -> SearchScope.ONE;
                    default -> SearchScope.SUB;
                },
                Filter.create(options.filter().replace("$username", Filter.encodeValue(user))),
                SearchRequest.NO_ATTRIBUTES);
        request.setSizeLimit(2);
        SearchResult found = connection.search(request);
        return found.getEntryCount() == 1
                ? bind(connection, found.getSearchEntries().get(0).getDN(), password)
                : Verdict.wrong("the directory has " + found.getEntryCount() + " entries for the user");
    }

    private static Verdict bind(LDAPConnection connection, String dn, String password) throws LDAPException {
        try {
            connection.bind(dn, password);
            return Verdict.RIGHT;
        } catch (LDAPException e) {
            if (e.getResultCode().equals(ResultCode.INVALID_CREDENTIALS)) {
                return Verdict.wrong("wrong password");
            }
            if (e.getResultCode().isConnectionUsable()) {
                // An account that is locked, say.
                return Verdict.wrong("the directory: " + e.getResultCode() + ", " + e.getMessage());
            }
            throw e;
        }
    }
}
