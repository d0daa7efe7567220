package dev.pgweir.proxy.http;

/** What stands under a path. Called on the endpoint's own thread, where it may take milliseconds. */
@FunctionalInterface
public interface Page {
    /**
     * Answers a GET.
     *
     * @param accept the request's Accept header, empty if it has none
     */
    Reply get(String accept);
}
