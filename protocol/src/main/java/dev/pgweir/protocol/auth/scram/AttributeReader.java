package dev.pgweir.protocol.auth.scram;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the {@code a=value,b=value} lists of RFC 5802 section 7, in order, and says what is wrong with them. */
final class AttributeReader {
    /**
     * Longest message taken, in bytes. The longest that real peers send is below 300; the rest is room for extensions,
     * and small enough that nothing done per message adds up.
     */
    static final int MAX_MESSAGE_LENGTH = 8192;

    private final String text;
    private int position;

    AttributeReader(String text, int start) {
        this.text = text;
        this.position = start;
    }

    /** The message as text: bounded, well-formed UTF-8, without NUL. */
    static String decode(byte[] message) throws ScramException {
        if (message.length > MAX_MESSAGE_LENGTH) {
            throw new ScramException("malformed SCRAM message: longer than " + MAX_MESSAGE_LENGTH + " bytes");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(message))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ScramException("malformed SCRAM message: not valid UTF-8");
        }
        if (text.indexOf('\0') >= 0) {
            throw new ScramException("malformed SCRAM message: contains NUL");
        }
        return text;
    }

    /** Nothing is left. A comma at the very end leaves an attribute outstanding. */
    boolean atEnd() {
        return position > text.length();
    }

    /** Where the next attribute begins. */
    int position() {
        return position;
    }

    boolean nextIs(char name) {
        return text.startsWith(name + "=", position);
    }

    /** The value of the next attribute, which must be {@code name}. */
    String expect(char name) throws ScramException {
        if (!nextIs(name)) {
            throw new ScramException("malformed SCRAM message: attribute \"" + name + "\" expected");
        }
        return value();
    }

    /** Passes over an attribute nobody here knows: RFC 5802 lets optional extensions be ignored. */
    void skipExtension() throws ScramException {
        char name = position < text.length() ? text.charAt(position) : '\0';
        boolean letter = (name >= 'a' && name <= 'z') || (name >= 'A' && name <= 'Z');
        if (!letter || !nextIs(name)) {
            throw new ScramException("malformed SCRAM message: attribute expected");
        }
        value();
    }

    /** RFC 5802: an extension that must be understood comes first as {@code m=}; none is known here. */
    void refuseMandatoryExtension() throws ScramException {
        if (nextIs('m')) {
            throw new ScramException("the peer requires an unsupported SCRAM extension");
        }
    }

    private String value() {
        int start = position + 2;
        int comma = text.indexOf(',', start);
        int end = comma < 0 ? text.length() : comma;
        position = end + 1;
        return text.substring(start, end);
    }
}
