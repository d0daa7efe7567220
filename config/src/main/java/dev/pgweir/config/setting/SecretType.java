package dev.pgweir.config.setting;

import dev.pgweir.config.value.Secret;

/**
 * A password, a stored form of one, or what contains one. Nothing here ever puts it into a message.
 */
final class SecretType implements SettingType<Secret> {

    private final String accepted;

    /**
     * @param accepted what it is, for messages and tables
     */
    SecretType(String accepted) {
        this.accepted = accepted;
    }

    @Override
    public Secret parse(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the value contains a zero byte, accepted: " + accepted());
        }
        return Secret.of(text);
    }

    /** Redacted: this text goes to SHOW CONFIG and to comparisons that people read. */
    @Override
    public String format(Secret value) {
        return Secret.REDACTED;
    }

    @Override
    public String accepted() {
        return accepted;
    }

    @Override
    public boolean acceptsBareValues() {
        return false;
    }

    @Override
    public boolean isSecret() {
        return true;
    }
}
