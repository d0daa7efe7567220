package dev.pgweir.proxy.prepare;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What executing a statement does beyond its result.
 *
 * @param touches names of the settings it may change
 * @param command null for nearly all
 * @param reads from then on the client's texts are read otherwise than the settings it is known to have tell, up to the end
 *     of the transaction
 */
public record Behaviour(List<String> touches, @Nullable SqlCommand command, boolean reads) {
    /** Nothing. */
    public static final Behaviour NONE = new Behaviour(List.of(), null, false);
}
