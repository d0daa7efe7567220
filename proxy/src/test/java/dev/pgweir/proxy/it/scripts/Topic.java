package dev.pgweir.proxy.it.scripts;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What scripts may use besides unnamed statements and portals, parameters, transactions, errors and pipelines. */
public enum Topic {
    /** Named statements of the protocol. */
    NAMED,
    /** Unnamed statements that are bound in a later turn. */
    UNNAMED_LATER,
    /** PREPARE, EXECUTE, DEALLOCATE, DISCARD in simple queries. */
    SQL_PREPARE,
    /** The same in the extended protocol. */
    SQL_PREPARE_EXTENDED,
    /** Settings that PostgreSQL reports by ParameterStatus: application_name, DateStyle, TimeZone. */
    REPORTED_SETTINGS,
    /** Settings that it does not report: search_path, statement_timeout, extra_float_digits, app.tenant. */
    UNREPORTED_SETTINGS,
    /** Settings by the extended protocol too. */
    EXTENDED_SETTINGS,
    /** RESET, SET … TO DEFAULT, DISCARD ALL. */
    RESET,
    /** Settings in startup packets, of which each client has others. */
    STARTUP,
    /** The last two together: what a client resets goes back to what its startup packet said. */
    RESET_TO_STARTUP,
    /** Savepoints, which take settings back too. */
    SAVEPOINTS,
    /** Several statements in one simple query. */
    SEVERAL,
    /** Answers asked for by Flush, and messages that wait for the next turn. */
    FLUSH,
    /** Simple queries behind messages of the extended protocol without Sync; an error there passes over them too. */
    UNSYNCED_QUERY,
    /** What hardly any client does and what a pooler can hardly get right; left out unless asked for. */
    RARE;

    /**
     * Reads names: {@code NAMED,FLUSH} are just these, {@code -RESET,+RARE} the usual ones without the first and with the
     * second, an empty text the usual ones.
     */
    static Set<Topic> parse(String names) {
        boolean relative = names.isBlank()
                || names.strip().startsWith("-")
                || names.strip().startsWith("+");
        Set<Topic> topics = EnumSet.noneOf(Topic.class);
        if (relative) {
            topics.addAll(EnumSet.complementOf(EnumSet.of(RARE)));
        }
        for (String part : names.isBlank() ? new String[0] : names.split(",", -1)) {
            String name = part.strip();
            boolean signed = name.startsWith("-") || name.startsWith("+");
            Topic topic = valueOf((signed ? name.substring(1) : name).toUpperCase(Locale.ROOT));
            if (name.startsWith("-")) {
                topics.remove(topic);
            } else {
                topics.add(topic);
            }
        }
        return topics;
    }
}
