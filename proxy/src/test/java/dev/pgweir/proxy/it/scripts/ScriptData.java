package dev.pgweir.proxy.it.scripts;

import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;

/** The tables that scripts read and write; each client writes rows of its own. Used by one thread at a time. */
final class ScriptData {

    /** A pool of two has noticed by then that both its servers are gone. */
    private static final int LOGINS = 20;

    private final TestDatabase database;
    private final int clients;

    /** Creates the tables where they are not there yet. */
    ScriptData(TestDatabase database, int clients) {
        this.database = database;
        this.clients = clients;
        database.execute(
                "CREATE TABLE IF NOT EXISTS public.counters (client int PRIMARY KEY, n int NOT NULL)",
                "CREATE TABLE IF NOT EXISTS public.unique_later (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
                "CREATE SCHEMA IF NOT EXISTS one",
                "CREATE SCHEMA IF NOT EXISTS two",
                "CREATE TABLE IF NOT EXISTS public.place AS SELECT 'public'::text AS label",
                "CREATE TABLE IF NOT EXISTS one.place AS SELECT 'one'::text AS label",
                "CREATE TABLE IF NOT EXISTS one.only_in_one AS SELECT 'one'::text AS label",
                "CREATE TABLE IF NOT EXISTS two.place AS VALUES ('two'::text), ('second')",
                "DO $$ BEGIN ALTER TABLE two.place RENAME column1 TO label; EXCEPTION WHEN OTHERS THEN NULL; END $$");
    }

    /** As it is before each run. */
    void reset() {
        database.execute(
                // What a client that broke off has locked is free as soon as its server connection has ended.
                "SET lock_timeout = '15s'",
                "TRUNCATE public.counters, public.unique_later",
                "INSERT INTO public.counters SELECT client, 0 FROM generate_series(0, " + (clients - 1) + ") AS client",
                "INSERT INTO public.unique_later SELECT generate_series(0, " + (clients - 1) + ")");
    }

    /** Ends all server connections, so that nothing is left of earlier scripts, and waits until there are others. */
    void freshServers(Login weir) throws IOException {
        database.value("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()");
        IOException last = null;
        for (int i = 0; i < LOGINS; i++) {
            try (WireClient client = weir.login()) {
                client.query("SELECT 1");
                return;
            } catch (IOException e) {
                last = e;
            }
        }
        throw new IOException("no server answers", last);
    }
}
