package dev.pgweir.proxy.testing;

import dev.pgweir.config.value.TransportChoice;
import dev.pgweir.proxy.net.Transport;
import java.util.Arrays;
import java.util.stream.Stream;

/** What moves the bytes on this machine. */
public final class Transports {
    private Transports() {}

    /** Every choice that can be made here, for tests that hold on each of them. */
    public static Stream<TransportChoice> available() {
        return Arrays.stream(TransportChoice.values()).filter(choice -> {
            try {
                return Transport.of(choice) != null;
            } catch (IllegalArgumentException e) {
                return false;
            }
        });
    }
}
