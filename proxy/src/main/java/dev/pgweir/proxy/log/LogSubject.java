package dev.pgweir.proxy.log;

/** Whom a line is about: an argument of a log call that is one makes the line findable by its number. */
public interface LogSubject {
    /** What the line begins with. */
    LogPrefix prefix();
}
