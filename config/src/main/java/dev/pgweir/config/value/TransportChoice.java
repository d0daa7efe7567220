package dev.pgweir.config.value;

/** Which of the operating system's interfaces moves the bytes. */
public enum TransportChoice implements Choice {
    /** The best that this machine offers. */
    AUTO("auto"),
    /** Linux io_uring. */
    IO_URING("io_uring"),
    /** Linux epoll. */
    EPOLL("epoll"),
    /** macOS and BSD kqueue. */
    KQUEUE("kqueue"),
    /** The JDK's own selector, on every system. */
    NIO("nio");

    private final String text;

    TransportChoice(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
