package dev.pgweir.config.load;

import dev.pgweir.config.ProxyConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of reading a configuration.
 *
 * @param config null if there are errors
 * @param errors all that is wrong; empty if there is a configuration
 * @param warnings what was asked for and will not happen, and what is good to know
 */
public record LoadResult(@Nullable ProxyConfig config, List<Problem> errors, List<Problem> warnings) {

    public LoadResult {
        errors = List.copyOf(errors);
        warnings = List.copyOf(warnings);
        if ((config == null) == errors.isEmpty()) {
            throw new IllegalArgumentException("either a configuration or errors");
        }
    }
}
