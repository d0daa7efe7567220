package dev.pgweir.config.setting;

import dev.pgweir.config.value.AuthType;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

/** How clients prove who they are, and who may use the console. */
final class AuthSettings {


    static final Setting<AuthType> AUTH_TYPE = Setting.of(
            "auth_type",
            Types.choice(
                    EnumSet.complementOf(EnumSet.of(AuthType.PAM)),
                    "PgWeir does not ask the modules of the operating system; ldap asks a directory itself"),
            AuthType.MD5,
            "How clients prove who they are. Started from DATABASE_URL alone: scram-sha-256.");

    static final Setting<String> AUTH_FILE =
            Setting.of("auth_file", Types.PATH, "", "File of users and secrets, two quoted columns in each line.");

    /** 1,000,000 is already a second of computing for each new secret; more only serves to block the machine. */
    static final Setting<Integer> SCRAM_ITERATIONS = Setting.of(
            "scram_iterations",
            Types.integer(1, 1_000_000),
            4096,
            "Iterations of the SCRAM secrets that PgWeir itself derives from plain passwords.");

    static final Setting<String> AUTH_HBA_FILE =
            Setting.of("auth_hba_file", Types.PATH, "", "Rules of host-based authentication, for auth_type = hba.");

    static final Setting<String> AUTH_IDENT_FILE = Setting.of(
            "auth_ident_file", Types.PATH, "", "Maps of user names for the methods cert and peer of auth_hba_file.");

    /** May hold the password of the one who searches. */
    static final Setting<String> AUTH_LDAP_OPTIONS = Setting.of(
                    "auth_ldap_options",
                    Types.TEXT,
                    "",
                    "The directory for auth_type = ldap, in the words of an HBA file: ldapserver=… ldapbasedn=….")
            .hidden();

    static final Setting<String> AUTH_USER = Setting.of(
            "auth_user",
            Types.TEXT,
            "",
            "User who runs auth_query, to let in clients that neither auth_file nor [users] knows; empty: nobody.");

    static final Setting<String> AUTH_QUERY = Setting.of(
            "auth_query",
            Types.TEXT,
            "SELECT rolname, CASE WHEN rolvaliduntil < pg_catalog.now() THEN NULL"
                    + " ELSE rolpassword END FROM pg_authid WHERE rolname=$1 AND rolcanlogin",
            "Query that looks up the secret of a user: name, secret, and if it likes for how many seconds it stays valid.");

    static final Setting<String> AUTH_DBNAME = Setting.of(
            "auth_dbname", Types.TEXT, "", "Database to run auth_query in; empty: the one the client asks for.");

    static final Setting<Duration> AUTH_QUERY_TTL = Setting.of(
            "auth_query_ttl",
            Types.SECONDS,
            Duration.ofSeconds(5),
            "How long an answer of auth_query is remembered; 0, as with an ini file: each login asks.");

    static final Setting<List<String>> ADMIN_USERS =
            Setting.of("admin_users", Types.LIST, List.of(), "Users who may run every command on the console.");

    static final Setting<List<String>> STATS_USERS =
            Setting.of("stats_users", Types.LIST, List.of(), "Users who may run SHOW on the console.");

    static final SettingGroup GROUP = new SettingGroup(
            "Authentication and console",
            List.of(
                    AUTH_TYPE,
                    AUTH_FILE,
                    SCRAM_ITERATIONS,
                    ADMIN_USERS,
                    STATS_USERS,
                    AUTH_HBA_FILE,
                    AUTH_IDENT_FILE,
                    AUTH_LDAP_OPTIONS,
                    AUTH_USER,
                    AUTH_QUERY,
                    AUTH_DBNAME,
                    AUTH_QUERY_TTL));

    private AuthSettings() {}
}
