package dev.pgweir.proxy.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;

/** The messages of a login, under PostgreSQL's names for them (PostgreSQL documentation, Message Formats). */
final class LoginMessages {
    static final String SCRAM_SHA_256 = "SCRAM-SHA-256";

    /** The same bound to its TLS connection. */
    static final String SCRAM_SHA_256_PLUS = "SCRAM-SHA-256-PLUS";

    static final int AUTHENTICATION_OK = 0;
    static final int AUTHENTICATION_CLEARTEXT_PASSWORD = 3;
    static final int AUTHENTICATION_MD5_PASSWORD = 5;
    static final int AUTHENTICATION_SASL = 10;
    static final int AUTHENTICATION_SASL_CONTINUE = 11;
    static final int AUTHENTICATION_SASL_FINAL = 12;

    private LoginMessages() {}

    static LoginMessage cleartextPassword() {
        return authentication(AUTHENTICATION_CLEARTEXT_PASSWORD, new byte[0]);
    }

    static LoginMessage md5Password(byte[] salt) {
        return authentication(AUTHENTICATION_MD5_PASSWORD, salt);
    }

    /**
     * AuthenticationSASL: a list of strings, ended by an empty one.
     *
     * @param bindable whether channel binding is offered as well, before what goes without it
     */
    static LoginMessage sasl(boolean bindable) {
        String plus = bindable ? SCRAM_SHA_256_PLUS + "\0" : "";
        return authentication(AUTHENTICATION_SASL, (plus + SCRAM_SHA_256 + "\0\0").getBytes(UTF_8));
    }

    static LoginMessage saslContinue(String data) {
        return authentication(AUTHENTICATION_SASL_CONTINUE, data.getBytes(UTF_8));
    }

    static LoginMessage saslFinal(String data) {
        return authentication(AUTHENTICATION_SASL_FINAL, data.getBytes(UTF_8));
    }

    /** PasswordMessage: a password or an md5 answer. */
    static LoginMessage password(String password) {
        byte[] bytes = password.getBytes(UTF_8);
        return out -> out.writeByte('p')
                .writeInt(Integer.BYTES + bytes.length + 1)
                .writeBytes(bytes)
                .writeByte(0);
    }

    static LoginMessage saslInitialResponse(String name, String data) {
        byte[] mechanism = name.getBytes(UTF_8);
        byte[] bytes = data.getBytes(UTF_8);
        return out -> out.writeByte('p')
                .writeInt(Integer.BYTES + mechanism.length + 1 + Integer.BYTES + bytes.length)
                .writeBytes(mechanism)
                .writeByte(0)
                .writeInt(bytes.length)
                .writeBytes(bytes);
    }

    static LoginMessage saslResponse(String data) {
        return message('p', data.getBytes(UTF_8));
    }

    private static LoginMessage authentication(int kind, byte[] data) {
        return out -> out.writeByte('R')
                .writeInt(Integer.BYTES + Integer.BYTES + data.length)
                .writeInt(kind)
                .writeBytes(data);
    }

    private static LoginMessage message(char type, byte[] body) {
        return (ByteBuf out) ->
                out.writeByte(type).writeInt(Integer.BYTES + body.length).writeBytes(body);
    }
}
