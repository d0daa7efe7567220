package dev.pgweir.config.setting;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** "Did you mean": the nearest of the known names. */
public final class Suggestion {

    /** Longer than any name; what is longer is not a slip of the pen and not worth comparing. */
    private static final int MAX_LENGTH = 64;

    private Suggestion() {}

    /** The known name nearest to {@code unknown}, if at most a third of it is different. */
    public static Optional<String> nearest(String unknown, Collection<String> known) {
        if (unknown.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String wanted = unknown.toLowerCase(Locale.ROOT).replace('-', '_');
        int tolerated = Math.max(1, wanted.length() / 3);
        return known.stream()
                .filter(name -> distance(wanted, name) <= tolerated)
                .min(Comparator.comparingInt(name -> distance(wanted, name)));
    }

    /** Insertions, deletions, replacements and neighbours that have changed places, between the two. */
    private static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(last[j], current[j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    current[j] = Math.min(current[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = current;
        }
        return last[b.length()];
    }
}
