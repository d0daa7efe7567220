package dev.pgweir.config.value;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Addresses as files write them. */
public final class AddressText {
    /**
     * Anything else Java would look up by name. Numbers with a leading zero are octal to some and decimal to others, so they
     * are not taken either.
     */
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");

    /** With a colon it is never looked up. */
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F.]*+:[0-9a-fA-F:.]*+");

    private AddressText() {}

    /**
     * The address that a text stands for. No name is looked up.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static InetAddress parse(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            throw new IllegalArgumentException("is no address");
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("is no address", e);
        }
    }
}
