package dev.pgweir.config;

import dev.pgweir.config.hba.LdapOptions;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.AuthType;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How clients prove who they are. The secrets themselves: {@link ProxyConfig#secretOf}.
 *
 * @param authType {@code auth_type}: the method
 * @param authFile {@code auth_file}: file of users and secrets; null: none
 * @param scramIterations {@code scram_iterations}: iterations for secrets derived from plain passwords
 * @param queryTtl {@code auth_query_ttl}: how long an answer of {@code auth_query} is remembered; zero: not at all
 * @param ldap {@code auth_ldap_options}: how a directory is asked; null: not by {@code auth_type}
 */
public record AuthConfig(
        AuthType authType,
        @Nullable Path authFile,
        int scramIterations,
        Duration queryTtl,
        @Nullable LdapOptions ldap) {

    static AuthConfig from(SettingValues values) {
        String dbname = values.get(Settings.AUTH_DBNAME);
        if (DatabaseConfig.isConsole(dbname)) {
            throw new SettingException(
                    Settings.AUTH_DBNAME,
                    "cannot use the reserved \"" + dbname
                            + "\" database as an auth_dbname, accepted: any other database");
        }
        return new AuthConfig(
                values.get(Settings.AUTH_TYPE),
                path(values.get(Settings.AUTH_FILE)),
                values.get(Settings.SCRAM_ITERATIONS),
                queryTtl(values),
                values.get(Settings.AUTH_TYPE) == AuthType.LDAP ? ldap(values.get(Settings.AUTH_LDAP_OPTIONS)) : null);
    }

    private static LdapOptions ldap(String options) {
        try {
            return LdapOptions.parse(options);
        } catch (IllegalArgumentException e) {
            throw new SettingException(Settings.AUTH_LDAP_OPTIONS, String.valueOf(e.getMessage()));
        }
    }

    /** PgBouncer asks at each login, so scripts that change a password and log in at once go by that. */
    private static Duration queryTtl(SettingValues values) {
        return values.get(Settings.PGBOUNCER_COMPATIBILITY) && !values.isSet(Settings.AUTH_QUERY_TTL)
                ? Duration.ZERO
                : values.get(Settings.AUTH_QUERY_TTL);
    }

    private static @Nullable Path path(String text) {
        return text.isEmpty() ? null : Path.of(text);
    }
}
