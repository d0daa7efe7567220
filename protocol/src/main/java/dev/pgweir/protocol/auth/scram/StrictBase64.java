package dev.pgweir.protocol.auth.scram;

import java.util.Base64;

/** Base64 as RFC 5802 wants it: padded, no white space. The JDK's own decoder also takes what is not padded. */
final class StrictBase64 {
    private StrictBase64() {}

    static byte[] decode(String text, String what) throws ScramException {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            if (bytes.length > 0 && Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // Told below, with what it was and without what it held.
        }
        throw new ScramException("malformed SCRAM data: the " + what + " is not valid base64");
    }

    static byte[] decodeKey(String text, String what) throws ScramException {
        byte[] bytes = decode(text, what);
        if (bytes.length != ScramFunctions.KEY_LENGTH) {
            throw new ScramException(
                    "malformed SCRAM data: the " + what + " is not " + ScramFunctions.KEY_LENGTH + " bytes long");
        }
        return bytes;
    }
}
