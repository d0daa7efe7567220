package dev.pgweir.config.value;

/** One of a fixed set of words that a setting accepts. */
public interface Choice {

    /** The word as it stands in files, in the environment and in SHOW CONFIG. */
    String text();
}
