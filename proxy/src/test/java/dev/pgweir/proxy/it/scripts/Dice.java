package dev.pgweir.proxy.it.scripts;

import java.util.List;
import java.util.Random;

/** Draws by a seed. Used by one thread at a time. */
final class Dice {

    private final Random random;

    Dice(long seed) {
        this.random = new Random(seed);
        // Seeds next to each other draw alike at first.
        random.nextLong();
    }

    /** True in so many cases of a hundred. */
    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** From 1 to the last one. */
    int upTo(int last) {
        return 1 + random.nextInt(last);
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    final <T> T of(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
