package dev.pgweir.config.load;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.config.value.AuthType;
import dev.pgweir.config.value.PoolMode;
import java.util.List;

/**
 * The configuration that a connection URL alone stands for.
 *
 * <p>The application keeps its URL and changes only host and port in it. So its user logs in here with its password, and
 * with the same the server is reached; the URL's database is there under its name, and every other under its own
 * through the fallback. Connections are few there, or nobody would need a pooler: transaction mode. The URL's user may
 * look at the console, which shows no more than that user can find out from the server.
 */
final class UrlStart {

    /** The variable that applications read their own URL from. */
    static final String VARIABLE = "DATABASE_URL";

    private static final Origin ORIGIN = Origin.of(VARIABLE);

    /** Leaked and idle clients are the everyday case there; each costs PgWeir a socket and the server nothing. */
    private static final int MAX_CLIENTS = 1000;

    private UrlStart() {}

    /**
     * Adds to {@code draft} what it does not have yet.
     *
     * @return false if the URL says too little for that; nothing is added then, and the reason is reported
     */
    static boolean apply(String text, Draft draft, Problems problems) {
        DatabaseUrl url;
        try {
            url = DatabaseUrl.parse(text);
        } catch (IllegalArgumentException e) {
            problems.error(ORIGIN, "", String.valueOf(e.getMessage()));
            return false;
        }
        String user = url.user();
        if (user == null) {
            problems.error(ORIGIN, "", "the user is missing, accepted: postgresql://user:password@host:port/dbname");
            return false;
        }
        UrlKeys keys = new UrlKeys(url, ORIGIN, "", problems);
        String dbname = url.dbname() == null ? user : url.dbname();
        SectionDraft named = draft.database(dbname, ORIGIN);
        keys.connection(named);
        named.set(DatabaseSettings.DBNAME, dbname, ORIGIN);
        keys.connection(draft.database(DatabaseConfig.FALLBACK, ORIGIN));

        SectionDraft settings = new SectionDraft("", ORIGIN, Settings.TABLE, problems);
        settings.set(Settings.POOL_MODE, PoolMode.TRANSACTION, ORIGIN);
        settings.set(Settings.MAX_CLIENT_CONN, MAX_CLIENTS, ORIGIN);
        settings.set(Settings.STATS_USERS, List.of(user), ORIGIN);
        if (url.password() != null) {
            settings.set(Settings.AUTH_TYPE, AuthType.SCRAM_SHA_256, ORIGIN);
            SectionDraft login = new SectionDraft("", ORIGIN, UserSettings.TABLE, problems);
            login.set(UserSettings.PASSWORD, url.password(), ORIGIN);
            draft.user(user, ORIGIN).fillFrom(login);
        } else {
            draft.user(user, ORIGIN);
        }
        keys.settings(settings);
        keys.remaining();
        draft.settings().fillFrom(settings);
        return true;
    }
}
