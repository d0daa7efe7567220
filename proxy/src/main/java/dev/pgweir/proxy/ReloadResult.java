package dev.pgweir.proxy;

import dev.pgweir.config.load.Problem;
import java.util.List;

/**
 * What became of a reload.
 *
 * @param errors what is wrong with the new configuration; if there is anything, nothing was changed
 * @param warnings what was asked for and did not happen; the rest is in force
 */
public record ReloadResult(List<Problem> errors, List<String> warnings) {
    /** What the console says to an administrator of a reload that failed; the log has the problems. */
    public static final String FAILED = "RELOAD failed, see logs for additional details";

    public ReloadResult {
        errors = List.copyOf(errors);
        warnings = List.copyOf(warnings);
    }

    static ReloadResult failed(List<Problem> errors) {
        return new ReloadResult(errors, List.of());
    }

    /** Whether the new configuration is in force. */
    public boolean isDone() {
        return errors.isEmpty();
    }
}
