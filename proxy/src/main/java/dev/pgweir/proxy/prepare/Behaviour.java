package dev.pgweir.proxy.prepare;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What executing a statement does beyond its result.
 *
 * @param touches names of the settings it may change
 * @param command null for nearly all
 */
public record Behaviour(List<String> touches, @Nullable SqlCommand command) {
    /** Nothing. */
    public static final Behaviour NONE = new Behaviour(List.of(), null);
}
