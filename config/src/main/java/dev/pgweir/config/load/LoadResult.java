package dev.pgweir.config.load;

import dev.pgweir.config.ProxyConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of reading a configuration.
 *
 * @param config null if there are errors
 * @param errors all that is wrong; empty if there is a configuration
 * @param warnings what was asked for and will not happen, and what is good to know
 * @param places where the settings of the process were set that were, by their names: {@code file:line:column}, or the name
 *     of a variable
 */
public record LoadResult(
        @Nullable ProxyConfig config, List<Problem> errors, List<Problem> warnings, Map<String, String> places) {

    public LoadResult {
        errors = List.copyOf(errors);
        warnings = List.copyOf(warnings);
        places = Map.copyOf(places);
        if ((config == null) == errors.isEmpty()) {
            throw new IllegalArgumentException("either a configuration or errors");
        }
    }

    /** The same for somebody who does not know the places. */
    public LoadResult(@Nullable ProxyConfig config, List<Problem> errors, List<Problem> warnings) {
        this(config, errors, warnings, Map.of());
    }
}
