package dev.pgweir.config.load;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads small text files whole. */
final class FileText {

    private FileText() {}

    /**
     * The text of a file in UTF-8, without a byte order mark.
     *
     * @param maxBytes a longer file is refused, also one that never ends
     * @throws IOException with a message that says in plain words what is wrong
     */
    static String read(Path file, int maxBytes) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(maxBytes + 1);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException("the file may not be read by this user", e);
        } catch (IOException e) {
            throw new IOException("the file cannot be read: " + e.getMessage(), e);
        }
        if (bytes.length > maxBytes) {
            throw new IOException("the file is longer than " + maxBytes + " bytes");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IOException("the file is not text in UTF-8", e);
        }
    }
}
