package dev.pgweir.proxy.testing;

import static dev.pgweir.proxy.testing.WireBytes.message;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Answers the server's authentication requests: plain, MD5 and SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel
 * binding, for ASCII passwords.
 */
final class WireLogin {

    private static final String MECHANISM = "SCRAM-SHA-256";
    private static final String NO_BINDING = "n,,";

    private final String user;
    private final String password;
    private String clientFirstBare = "";
    private byte[] expectedServerSignature = new byte[0];

    WireLogin(String user, String password) {
        this.user = user;
        this.password = password;
    }

    /** The answer to an Authentication message; empty where none is due. */
    byte[] answer(WireMessage request) {
        try {
            byte[] rest = Arrays.copyOfRange(request.body(), 4, request.body().length);
            return switch (request.int32(0)) {
                case 0 -> new byte[0];
                case 3 -> message('p', password);
                case 5 -> message('p', md5(rest));
                case 10 -> first(request);
                case 11 -> last(new String(rest, StandardCharsets.UTF_8));
                case 12 -> verify(new String(rest, StandardCharsets.UTF_8));
                default -> throw new IllegalStateException("authentication not known here: " + request);
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String md5(byte[] salt) throws GeneralSecurityException {
        String inner = md5Hex(WireLogin.ascii(password + user));
        return "md5" + md5Hex(concatenate(ascii(inner), salt));
    }

    private static String md5Hex(byte[] input) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(input));
    }

    private byte[] first(WireMessage request) {
        if (!request.texts(4).contains(MECHANISM)) {
            throw new IllegalStateException("no " + MECHANISM + " among " + request.texts(4));
        }
        clientFirstBare = "n=,r=" + UUID.randomUUID();
        byte[] clientFirst = ascii(NO_BINDING + clientFirstBare);
        return message('p', MECHANISM, clientFirst.length, clientFirst);
    }

    private byte[] last(String serverFirst) throws GeneralSecurityException {
        String[] attributes = serverFirst.split(",", 3);
        String nonce = attributes[0].substring(2);
        byte[] salt = Base64.getDecoder().decode(attributes[1].substring(2));
        int iterations = Integer.parseInt(attributes[2].substring(2));
        String withoutProof = "c=" + base64(ascii(NO_BINDING)) + ",r=" + nonce;
        byte[] authMessage = ascii(clientFirstBare + "," + serverFirst + "," + withoutProof);
        byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
                .getEncoded();
        byte[] clientKey = hmac(salted, ascii("Client Key"));
        byte[] signature = hmac(MessageDigest.getInstance("SHA-256").digest(clientKey), authMessage);
        byte[] proof = new byte[clientKey.length];
        for (int i = 0; i < proof.length; i++) {
            proof[i] = (byte) (clientKey[i] ^ signature[i]);
        }
        expectedServerSignature = hmac(hmac(salted, ascii("Server Key")), authMessage);
        return message('p', ascii(withoutProof + ",p=" + base64(proof)));
    }

    private byte[] verify(String serverFinal) {
        if (!serverFinal.equals("v=" + base64(expectedServerSignature))) {
            throw new IllegalStateException("the server does not know the password: " + serverFinal);
        }
        return new byte[0];
    }

    private static byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concatenate(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
