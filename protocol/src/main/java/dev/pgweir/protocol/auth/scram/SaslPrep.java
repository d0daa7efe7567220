package dev.pgweir.protocol.auth.scram;

import java.text.Normalizer;

/**
 * Password preparation for SCRAM: SASLprep (RFC 4013) in the way PostgreSQL does it, so that both derive the same keys.
 *
 * <ul>
 *   <li>A password of ASCII alone is taken as it is, control characters included.
 *   <li>Else: non-ASCII spaces become spaces (table C.1.2), soft hyphens and their like vanish (B.1), NFKC.
 *   <li>What RFC 4013 prohibits (tables C.1.2 to C.9), what Unicode 3.2 had not assigned (A.1), and text that breaks the
 *       rules for right-to-left script make the preparation fail, and then the password counts as it is. Emoji younger
 *       than 2002 are among these.
 * </ul>
 *
 * The directions of characters are the JDK's. They differ from Unicode 3.2's for a few signs without a letter's meaning
 * (Braille patterns, some vowel signs), which matters only within right-to-left text. Stateless, for any thread.
 */
public final class SaslPrep {
    private SaslPrep() {}

    /** The password to derive keys from; the given one where it cannot be prepared. */
    public static String prepare(String password) {
        if (password.chars().allMatch(c -> c < 0x80)) {
            return password;
        }
        int[] mapped = password.codePoints()
                .map(c -> isNonAsciiSpace(c) ? ' ' : c)
                .filter(c -> !isMappedToNothing(c))
                .toArray();
        // PostgreSQL looks for prohibited characters and directions before normalization, not after it as the RFC says.
        // Theirs is the rule that counts: the secret was made by it.
        if (mapped.length == 0 || hasRefused(mapped) || breaksDirectionRules(mapped)) {
            return password;
        }
        return Normalizer.normalize(new String(mapped, 0, mapped.length), Normalizer.Form.NFKC);
    }

    /** RFC 3454 table C.1.2. */
    private static boolean isNonAsciiSpace(int c) {
        return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) || c == 0x202F || c == 0x205F || c == 0x3000;
    }

    /** RFC 3454 table B.1. U+200B stands in both tables; being a space comes first. */
    private static boolean isMappedToNothing(int c) {
        return c == 0xAD
                || c == 0x34F
                || c == 0x1806
                || (c >= 0x180B && c <= 0x180D)
                || (c >= 0x200B && c <= 0x200D)
                || c == 0x2060
                || (c >= 0xFE00 && c <= 0xFE0F)
                || c == 0xFEFF;
    }

    private static boolean hasRefused(int[] text) {
        for (int c : text) {
            if (RefusedCodePoints.contains(c)) {
                return true;
            }
        }
        return false;
    }

    /** RFC 3454 section 6: with right-to-left letters in it, text has no left-to-right ones and begins and ends with them. */
    private static boolean breaksDirectionRules(int[] text) {
        boolean rightToLeft = false;
        boolean leftToRight = false;
        for (int c : text) {
            rightToLeft |= isRightToLeft(c);
            leftToRight |= Character.getDirectionality(c) == Character.DIRECTIONALITY_LEFT_TO_RIGHT;
        }
        return rightToLeft && (leftToRight || !isRightToLeft(text[0]) || !isRightToLeft(text[text.length - 1]));
    }

    private static boolean isRightToLeft(int c) {
        byte directionality = Character.getDirectionality(c);
        return directionality == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || directionality == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}
