package dev.pgweir.proxy.demo;

/** The demo cannot go on; the text says why, to a person who knows nothing of the code. */
final class DemoException extends RuntimeException {

    DemoException(String message) {
        super(message);
    }
}
