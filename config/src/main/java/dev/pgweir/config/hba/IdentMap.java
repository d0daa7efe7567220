package dev.pgweir.config.hba;

import java.util.List;

/**
 * Which names outside may log in as which users.
 *
 * @param entries in the order of the file
 */
public record IdentMap(List<Entry> entries) {

    /**
     * One line.
     *
     * @param systemName the operating system's name, or a certificate's
     * @param all as every user
     * @param user as this one
     */
    public record Entry(String systemName, boolean all, String user) {}

    public IdentMap {
        entries = List.copyOf(entries);
    }

    /** Whether somebody of that name may log in as {@code user}. */
    public boolean allows(String systemName, String user) {
        return entries.stream()
                .anyMatch(entry -> entry.systemName().equals(systemName)
                        && (entry.all() || entry.user().equals(user)));
    }
}
