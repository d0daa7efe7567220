package dev.pgweir.proxy.link;

import dev.pgweir.proxy.prepare.Effect;
import org.jspecify.annotations.Nullable;

/** The messages that are not answered, oldest first: a ring, so that nothing is allocated for one of them. */
final class RequestRing {
    private static final @Nullable Effect[] NONE = {};

    private byte[] types = new byte[8];
    private boolean[] hidden = new boolean[8];
    /** Empty until one has an effect: clients that send simple queries never have. */
    private @Nullable Effect[] effects = NONE;

    private int head;
    private int size;
    /** How many of them are hidden. */
    private int own;
    /** How many were answered, or will never be. */
    private long gone;

    int size() {
        return size;
    }

    /** How many are hidden from the client. */
    int hidden() {
        return own;
    }

    /** How many have been removed so far. */
    long gone() {
        return gone;
    }

    // ---- one of them, counted from the oldest ----

    byte type(int index) {
        return types[place(index)];
    }

    boolean isHidden(int index) {
        return hidden[place(index)];
    }

    @Nullable
    Effect effect(int index) {
        return effects.length == 0 ? null : effects[place(index)];
    }

    /** Its effect, which it does not have any more. */
    @Nullable
    Effect takeEffect(int index) {
        if (effects.length == 0) {
            return null;
        }
        int at = place(index);
        Effect effect = effects[at];
        effects[at] = null;
        return effect;
    }

    // ---- changes ----

    void add(byte type, boolean hide, @Nullable Effect effect) {
        if (size == types.length) {
            grow();
        }
        int at = place(size++);
        types[at] = type;
        hidden[at] = hide;
        own += hide ? 1 : 0;
        if (effect != null && effects.length == 0) {
            effects = new @Nullable Effect[types.length];
        }
        if (effects.length > 0) {
            effects[at] = effect;
        }
    }

    /** The oldest is hidden from now on. */
    void hide() {
        own += hidden[head] ? 0 : 1;
        hidden[head] = true;
    }

    /** The oldest becomes a hidden one of another type, without an effect. */
    void turn(byte type) {
        hide();
        types[head] = type;
        dropEffect();
    }

    /** Only the first two places are ever removed from, so shifting what stands before is at most one step. */
    void remove(int index) {
        own -= hidden[place(index)] ? 1 : 0;
        gone++;
        for (int i = index; i > 0; i--) {
            types[place(i)] = types[place(i - 1)];
            hidden[place(i)] = hidden[place(i - 1)];
            if (effects.length > 0) {
                effects[place(i)] = effects[place(i - 1)];
            }
        }
        dropEffect();
        head = (head + 1) & (types.length - 1);
        size--;
    }

    /** None is open any more. Their effects have been taken. */
    void clear() {
        head = 0;
        gone += size;
        size = 0;
        own = 0;
    }

    private void dropEffect() {
        if (effects.length > 0) {
            effects[head] = null;
        }
    }

    private int place(int index) {
        return (head + index) & (types.length - 1);
    }

    private void grow() {
        byte[] moreTypes = new byte[2 * size];
        boolean[] moreHidden = new boolean[2 * size];
        @Nullable Effect[] moreEffects = effects.length == 0 ? NONE : new @Nullable Effect[2 * size];
        for (int i = 0; i < size; i++) {
            moreTypes[i] = types[place(i)];
            moreHidden[i] = hidden[place(i)];
            if (effects.length > 0) {
                moreEffects[i] = effects[place(i)];
            }
        }
        types = moreTypes;
        hidden = moreHidden;
        effects = moreEffects;
        head = 0;
    }
}
